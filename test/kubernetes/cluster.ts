import type { Clock } from '../../shared/clock.ts';
import { kubernetesAccess } from '../../shared/kubernetes/access.ts';
import type { Cluster, Eks } from '../../shared/ports/eks.ts';
import type { ClusterRef, Kubernetes } from '../../shared/ports/kubernetes.ts';
import { type ApiServer, apiServer, type Handler, testCertificate } from './api-server.ts';

export const REF: ClusterRef = { name: 'shop', account: '123456789012', region: 'eu-west-1' };
/** Recognisable, so that a test can look for it where it must not be. */
export const CREDENTIALS = {
  accessKeyId: 'AKIDTESTONLY',
  secretAccessKey: 'secret-test-only',
  sessionToken: 'session/test+only==',
};

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(): TestClock {
  let now = 1_795_000_000_000;
  return {
    now: () => now,
    sleep: async () => {},
    advance: (ms) => {
      now += ms;
    },
  };
}

export function describeTo(url: string, certificate: 'server' | 'other' = 'server'): Cluster {
  return {
    name: REF.name,
    arn: `arn:aws:eks:${REF.region}:${REF.account}:cluster/${REF.name}`,
    version: '1.35',
    status: 'ACTIVE',
    endpoint: url,
    certificateAuthority: Buffer.from(testCertificate(certificate).cert).toString('base64'),
    publicAccess: true,
    privateAccess: true,
  };
}

/** An EKS port that gives these answers in turn, the last one for ever. */
export function eksAnswering(...answers: (Cluster | Error)[]): Eks & { calls(): number } {
  let calls = 0;
  return {
    calls: () => calls,
    listClusters: async () => [],
    describeNodegroup: async (_cluster, name) => ({ name, autoRepair: false }),
    describeAddon: async (_cluster, name) => ({
      name,
      version: '',
      status: 'ACTIVE',
      configurationValues: '',
      issues: [],
    }),
    describeAddonSchema: async () => '{}',
    describeRoles: async () => ({
      nodeRoles: [],
      accessEntries: [],
      podIdentities: [],
      addons: [],
      unread: [],
    }),
    updateAddon: async () => 'update',
    describeAddonUpdate: async () => ({ status: 'Successful', errors: [] }),
    describeCluster: async () => {
      const answer = answers[Math.min(calls, answers.length - 1)];
      calls += 1;
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer prepared');
      return answer;
    },
  };
}

export interface TestCluster {
  server: ApiServer;
  kubernetes: Kubernetes;
  clock: TestClock;
}

/** The whole path: access, token, TLS, client. */
export async function testCluster(handler: Handler, timeoutMs = 5_000): Promise<TestCluster> {
  const server = await apiServer(handler);
  const clock = testClock();
  const access = kubernetesAccess({
    eks: eksAnswering(describeTo(server.url)),
    clock,
    region: () => REF.region,
    credentials: async () => CREDENTIALS,
    timeoutMs,
  });
  return { server, kubernetes: await access.connect(REF), clock };
}
