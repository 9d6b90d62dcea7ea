import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup } from './cache.ts';
import { pythonTools } from './cfn-lint.ts';

/** The last one whose PutEvents takes the `aws.*` sources that on AWS only AWS itself may use. */
const VERSION = '1.5.19';
/** Its server and the template's services need no more; its extras are Docker, SQL engines and SAM. */
const PACKAGES = [
  `ministack==${VERSION}`,
  'botocore==1.43.63',
  'defusedxml==0.7.1',
  'graphql-core==3.2.12',
  'h11==0.16.0',
  'h2==4.4.1',
  'hpack==4.2.0',
  'Hypercorn==0.18.0',
  'hyperframe==6.1.0',
  'jmespath==1.1.0',
  'jsonata-python==0.7.1',
  'priority==2.0.0',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.3',
  'six==1.17.0',
  'urllib3==2.8.0',
  'wsproto==1.3.2',
];
const READY_MS = 60_000;
const POLL_MS = 100;
/** Of what it said on its way down, in characters. */
const MAX_TAIL = 2_000;
const GRACE_MS = 5_000;
/** It ends by itself after this, in seconds, whatever became of who started it. */
const LIFETIME = '900';

/**
 * It replaces `https.request` in the functions it runs: loopback addresses are then spoken to in plain HTTP. A module
 * that was imported before keeps what it exports, so that our client reaches a TLS server of the test.
 */
const REAL_HTTPS = "--import=data:text/javascript,import%20'node:https'";

export interface Place {
  /** Where it listens. */
  host: string;
  port: number;
  /** Where its queue URLs point, and the functions it runs: the same port of another loopback address. */
  reachedAt: string;
  account: string;
  region: string;
  /** Of whoever signs as the account itself; its id is the access key. */
  secret: string;
  /** Everything it writes, what its functions unpack included. */
  folder: string;
}

export interface Server {
  stop(): Promise<void>;
  /** What it said so far. */
  logFile: string;
}

/** Brings MiniStack and gives the path of its server's command. Throws when it cannot be had. */
export async function prepare(): Promise<string> {
  return join(await pythonTools('ministack', VERSION, PACKAGES), 'ministack');
}

/** Starts an empty AWS that checks signatures and IAM policies. Throws when it does not come up. */
export async function startServer(command: string, place: Place): Promise<Server> {
  const logFile = join(place.folder, 'ministack.log');
  const { hasEnded, stop } = await spawnServer(command, place, logFile);
  const health = `http://${place.host}:${place.port}/_ministack/health`;
  for (let waited = 0; waited < READY_MS && !hasEnded(); waited += POLL_MS) {
    if (await answers(health)) return { logFile, stop };
    await sleep(POLL_MS);
  }
  const said = (await readFile(logFile, 'utf8')).slice(-MAX_TAIL);
  await stop();
  throw new Error(`ministack did not answer on ${place.host}:${place.port}\n${said}`);
}

async function spawnServer(command: string, place: Place, logFile: string) {
  const log = await open(logFile, 'w');
  // A group of its own, so that the functions it runs end with it.
  const child = spawn('timeout', ['--kill-after=5', LIFETIME, command], {
    env: environmentOf(place),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  const end = () => endGroup(child.pid);
  // Whoever started it may forget to stop it, or fail before that.
  process.once('exit', end);
  let isOver = false;
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => {
    isOver = true;
    process.off('exit', end);
  });
  const stop = async () => {
    // Asked first: what it started is then waited for by who started it.
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(GRACE_MS)]);
    end();
    await ended;
  };
  return { stop, hasEnded: () => isOver };
}

/** Nothing of the environment we run in, above all no credentials: its functions inherit what it has. */
function environmentOf(place: Place): Record<string, string> {
  const { host, port, reachedAt, account, region, secret, folder } = place;
  return {
    // Its functions run with the `node` it finds: the version we run on.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: join(folder, 'state'),
    S3_DATA_DIR: join(folder, 's3'),
    DOCKER_HOST: `unix://${join(folder, 'no-docker.sock')}`,
    BIND_HOST: host,
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: reachedAt,
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    AWS_SECRET_ACCESS_KEY: secret,
    AUTH: 'true',
    NODE_OPTIONS: REAL_HTTPS,
    IOT_MTLS_ENABLED: '0',
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

if (import.meta.main) {
  try {
    console.log(`ministack ${VERSION}: ${await prepare()}`);
  } catch (error) {
    console.log(`skipped: ministack: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 3;
  }
}
