import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonTools } from './cfn-lint.ts';

const VERSION = '5.2.5';
/** What its server needs for EC2, Auto Scaling, SNS, SQS and DynamoDB, and no more. */
const PACKAGES = [
  `moto==${VERSION}`,
  'blinker==1.9.0',
  'boto3==1.44.5',
  'botocore==1.44.5',
  'certifi==2026.10.18',
  'cffi==2.1.1',
  'charset-normalizer==3.5.2',
  'click==8.5.1',
  'cryptography==50.0.2',
  'docker==7.2.0',
  'Flask==3.1.3',
  'flask-cors==6.0.5',
  'idna==3.20',
  'itsdangerous==2.2.0',
  'Jinja2==3.1.6',
  'jmespath==1.1.0',
  'MarkupSafe==3.0.4',
  'py-partiql-parser==0.6.3',
  'pycparser==3.12',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.3',
  'requests==2.34.2',
  'responses==0.26.3',
  's3transfer==0.19.3',
  'six==1.17.0',
  'urllib3==2.8.0',
  'Werkzeug==3.1.9',
  'xmltodict==1.0.4',
];
const READY_MS = 60_000;
const POLL_MS = 100;

export interface Server {
  /** What `AWS_ENDPOINT_URL` has to say, e.g. `http://127.0.0.1:40123`. */
  endpoint: string;
  stop(): Promise<void>;
}

/** Brings moto and gives the path of its server's command. Throws when it cannot be had. */
export async function prepare(): Promise<string> {
  return join(await pythonTools('moto', VERSION, PACKAGES), 'moto_server');
}

/** Starts an empty AWS on a free loopback port; ready when this returns. Throws when it does not come up. */
export async function startServer(command: string): Promise<Server> {
  const port = await freePort();
  const child = spawn(command, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  const end = () => child.kill('SIGKILL');
  // Whoever started it may forget to stop it, or fail before that.
  process.once('exit', end);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error']) child.once(event, () => resolve());
  }).then(() => {
    hasEnded = true;
    process.off('exit', end);
  });
  const stop = async () => {
    end();
    await ended;
  };
  const endpoint = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < READY_MS && !hasEnded; waited += POLL_MS) {
    if (await answers(endpoint)) return { endpoint, stop };
    await sleep(POLL_MS);
  }
  await stop();
  throw new Error(`moto_server did not answer on ${endpoint}`);
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/moto-api/data.json`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free loopback port');
  return address.port;
}

if (import.meta.main) {
  try {
    console.log(`moto ${VERSION}: ${await prepare()}`);
  } catch (error) {
    console.log(`skipped: moto: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 3;
  }
}
