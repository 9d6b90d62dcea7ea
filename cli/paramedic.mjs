#!/usr/bin/env node
// Plain JavaScript that old Node versions can run: it finds a Node that runs the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const USAGE_ERROR = 2;
const bundledNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const isSecondTry = process.env.PARAMEDIC_BUNDLED_NODE === '1';

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  const { main } = await import('./main.ts');
  await main();
} else if (!isSecondTry && existsSync(bundledNode)) {
  runWith(bundledNode);
} else {
  complain();
}

/** Signals reach the child through the terminal's process group or are passed on; its exit code is ours. */
function runWith(node) {
  const [, script, ...args] = process.argv;
  const env = { ...process.env, PARAMEDIC_BUNDLED_NODE: '1' };
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', complain);
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

function complain() {
  process.stderr.write(
    `paramedic needs Node ${NEEDED_MAJOR} or later; this is ${process.versions.node} and none came with npm install.\n`,
  );
  process.exitCode = USAGE_ERROR;
}
