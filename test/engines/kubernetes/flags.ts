import type { Certificates } from './certificates.ts';

export interface EtcdPlace {
  dataDir: string;
  client: number;
  peer: number;
}

export function etcdFlags({ dataDir, client, peer }: EtcdPlace): string[] {
  const clientUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  return [
    '--name=test',
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=test=${peerUrl}`,
    '--logger=zap',
  ];
}

export interface ApiServerPlace {
  etcdPort: number;
  port: number;
  certificates: Certificates;
  /** The kubeconfig of whoever reviews tokens. */
  tokenConfig: string;
}

/** RBAC and TLS as in EKS; no service account gets a token, because nothing runs in the pods. */
export function apiserverFlags({ etcdPort, port, certificates, tokenConfig }: ApiServerPlace): string[] {
  const { authority, server } = certificates;
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${server.cert}`,
    `--tls-private-key-file=${server.key}`,
    `--client-ca-file=${authority.cert}`,
    '--authorization-mode=RBAC',
    `--authentication-token-webhook-config-file=${tokenConfig}`,
    '--authentication-token-webhook-version=v1',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${server.cert}`,
    `--service-account-signing-key-file=${server.key}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--endpoint-reconciler-type=none',
    '--disable-admission-plugins=ServiceAccount',
    // On by default from 1.34 on, in v1.
    '--feature-gates=VolumeAttributesClass=true',
    '--runtime-config=storage.k8s.io/v1beta1=true',
  ];
}

/** The ones that EKS runs and that a drain meets. Nodes are missed after seconds: what differs is only the wait. */
export const CONTROLLER_FLAGS: readonly string[] = [
  `--controllers=${[
    'daemonset-controller',
    'deployment-controller',
    'disruption-controller',
    'garbage-collector-controller',
    'job-controller',
    'namespace-controller',
    'node-lifecycle-controller',
    'pod-garbage-collector-controller',
    'replicaset-controller',
    'statefulset-controller',
    'taint-eviction-controller',
  ].join(',')}`,
  '--node-monitor-period=1s',
  '--node-monitor-grace-period=5s',
  '--kube-api-qps=200',
  '--kube-api-burst=400',
];
