// What AWS's own runtime for Node does around a handler: import it, then ask the Runtime API for one event after
// the other. Plain JavaScript, because a Lambda environment starts no compiler either.
import { createRequire } from 'node:module';

// As AWS's runtime does: importing `node:http` as an ES module would load fetch as well, half an empty start.
const require = createRequire(import.meta.url);
const { Agent, request } = require('node:http');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const API = process.env.AWS_LAMBDA_RUNTIME_API;
const [HOST, PORT] = API.split(':');
const VERSION = '/2018-06-01/runtime';
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** No time limit: between two events a Lambda environment may be frozen for hours. */
function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host: HOST, port: PORT, method, path: VERSION + path, agent };
    const outgoing = request(options, (incoming) => {
      const parts = [];
      incoming.on('data', (part) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ headers: incoming.headers, text: Buffer.concat(parts).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** `_HANDLER` is a path below the task root without its ending, a dot, and the name of the export. */
async function loadHandler() {
  const dot = process.env._HANDLER.lastIndexOf('.');
  const file = `${process.env._HANDLER.slice(0, dot)}.mjs`;
  const name = process.env._HANDLER.slice(dot + 1);
  const module = await import(pathToFileURL(join(process.env.LAMBDA_TASK_ROOT, file)).href);
  if (typeof module[name] !== 'function') throw new TypeError(`${process.env._HANDLER} is not a function`);
  return module[name];
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function failure(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError ? (error.stack ?? '').split('\n') : [],
  });
}

async function answer(handler, { headers, text }) {
  const path = `/invocation/${headers['lambda-runtime-aws-request-id']}`;
  try {
    const result = await handler(JSON.parse(text), contextOf(headers));
    return { path: `${path}/response`, body: JSON.stringify(result ?? null) };
  } catch (error) {
    return { path: `${path}/error`, body: failure(error) };
  }
}

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  await send('POST', '/init/error', failure(error));
  process.exit(1);
}
for (;;) {
  const { path, body } = await answer(handler, await send('GET', '/invocation/next'));
  await send('POST', path, body);
}
