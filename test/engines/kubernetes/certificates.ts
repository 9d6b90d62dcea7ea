import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../scripts/engines/cache.ts';

/** Paths of PEM files. */
export interface KeyPair {
  cert: string;
  key: string;
}

export interface Certificates {
  authority: KeyPair;
  server: KeyPair;
  admin: KeyPair;
}

const LOOPBACK = 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority, the API server's certificate and one of an administrator, for two days. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const authority = pairIn(folder, 'authority');
  const subject = ['-subj', '/CN=test-authority', '-days', '2', '-addext', 'keyUsage=critical,keyCertSign'];
  await run('openssl', [
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    authority.key,
    '-out',
    authority.cert,
    ...subject,
  ]);
  const server = await sign(folder, authority, {
    name: 'server',
    subject: '/CN=kube-apiserver',
    extensions: `${LOOPBACK}\nextendedKeyUsage=serverAuth`,
  });
  const admin = await sign(folder, authority, {
    name: 'admin',
    subject: '/O=system:masters/CN=admin',
    extensions: 'extendedKeyUsage=clientAuth',
  });
  return { authority, server, admin };
}

interface Wanted {
  name: string;
  subject: string;
  extensions: string;
}

async function sign(
  folder: string,
  authority: KeyPair,
  { name, subject, extensions }: Wanted,
): Promise<KeyPair> {
  const pair = pairIn(folder, name);
  const request = join(folder, `${name}.csr`);
  const extFile = join(folder, `${name}.ext`);
  await writeFile(extFile, `${extensions}\n`);
  await run('openssl', ['req', ...KEY, '-keyout', pair.key, '-out', request, '-subj', subject]);
  const by = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial', '-days', '2'];
  await run('openssl', ['x509', '-req', '-in', request, '-out', pair.cert, ...by, '-extfile', extFile]);
  return pair;
}

function pairIn(folder: string, name: string): KeyPair {
  return { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** A kubeconfig of the administrator, with everything it needs inside. */
export async function adminConfig(url: string, { authority, admin }: Certificates): Promise<string> {
  const base64 = async (path: string) => (await readFile(path)).toString('base64');
  const value = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [
      {
        name: 'test',
        cluster: { server: url, 'certificate-authority-data': await base64(authority.cert) },
      },
    ],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': await base64(admin.cert),
          'client-key-data': await base64(admin.key),
        },
      },
    ],
  };
  return JSON.stringify(value);
}
