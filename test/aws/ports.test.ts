import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { afterEach, describe, expect, test } from 'vitest';
import { awsCall } from '../../shared/aws/classify.ts';
import { awsPorts, clientConfig, guardedConfig } from '../../shared/aws/ports.ts';
import { wallClock } from '../../shared/clock.ts';
import { failureKind, PortError } from '../../shared/errors.ts';

const KEY = { pk: 'p', sk: 's' };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('awsPorts', () => {
  test('is built without any variable: nothing is read before it is used', () => {
    expect(new Set(Object.keys(awsPorts({})))).toEqual(
      new Set(
        'alarms autoscaling clock durable ec2 eks kubernetes queue quotas table topic usage volumes'.split(
          ' ',
        ),
      ),
    );
  });

  const uses: [string, (ports: ReturnType<typeof awsPorts>) => Promise<unknown>][] = [
    ['TABLE_NAME', ({ table }) => table.get(KEY)],
    ['TOPIC_ARN', ({ topic }) => topic.publish({ subject: 's', body: 'b', attributes: {} })],
    ['DLQ_URL', ({ queue }) => queue.park({ body: 'b', reason: 'r', messageId: 'm' })],
    ['QUEUE_URL', ({ queue }) => queue.retryAfter('h', 1)],
  ];
  test.each(uses)('a missing %s is named by the port that needs it', async (name, use) => {
    const message = `environment variable ${name} is not set`;
    await expect(use(awsPorts({ AWS_REGION: 'eu-west-1' }))).rejects.toThrow(message);
    await expect(use(awsPorts({ AWS_REGION: 'eu-west-1', [name]: '' }))).rejects.toThrow(message);
  });

  test('a missing region is named as well', async () => {
    await expect(awsPorts({}).eks.listClusters()).rejects.toThrow('AWS_REGION');
    await expect(awsPorts({}).ec2.describeInstances(['i-1'])).rejects.toThrow('AWS_REGION');
    await expect(awsPorts({}).usage.listMetrics('AWS/EKS')).rejects.toThrow('AWS_REGION');
    await expect(awsPorts({}).quotas.getRequest('r-1')).rejects.toThrow('AWS_REGION');
  });
});

describe('the clients', () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

  function listAt(endpoint: string, requestTimeout?: number) {
    const config = clientConfig('eu-west-1');
    const requestHandler = { ...config.requestHandler, ...(requestTimeout && { requestTimeout }) };
    const client = new EKSClient({ ...config, requestHandler, endpoint, credentials });
    return awsCall('eks:ListClusters', () => client.send(new ListClustersCommand({})));
  }

  test('have explicit timeouts, which end the request', () => {
    expect(clientConfig('eu-west-1')).toMatchObject({
      maxAttempts: 3,
      retryMode: 'standard',
      requestHandler: { throwOnRequestTimeout: true },
    });
    expect(clientConfig('eu-west-1').requestHandler.connectionTimeout).toBeGreaterThan(0);
    expect(clientConfig('eu-west-1').requestHandler.requestTimeout).toBeGreaterThan(0);
  });

  test('try a failing service three times', async () => {
    let requests = 0;
    const endpoint = await serve((_request, response) => {
      requests += 1;
      response.writeHead(503).end('{}');
    });
    expect(await listAt(endpoint).catch(failureKind)).toBe('transient');
    expect(requests).toBe(3);
  });

  describe('of services whose rates others need too', () => {
    function listGuarded(endpoint: string, requestTimeout?: number) {
      const config = guardedConfig('eu-west-1');
      const requestHandler = { ...config.requestHandler, ...(requestTimeout && { requestTimeout }) };
      const client = new EKSClient({ ...config, requestHandler, endpoint, credentials });
      return awsCall('eks:ListClusters', () => client.send(new ListClustersCommand({})));
    }

    test.each([
      ['a throttled call once, which the guard may ask for again', 'throttled', 1, 429, '{}'],
      ['one that throttling is named in once', 'throttled', 1, 400, '{"__type":"ThrottlingException"}'],
      ['a failing service three times', 'transient', 3, 503, '{}'],
      ['what is not allowed once', 'unauthorised', 1, 403, '{}'],
    ])('try %s', async (_what, kind, times, status, body) => {
      let requests = 0;
      const endpoint = await serve((_request, response) => {
        requests += 1;
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      expect(await listGuarded(endpoint).catch(failureKind)).toBe(kind);
      expect(requests).toBe(times);
    });

    test('wait for silence once: three times would outlast the notice lane’s function', async () => {
      let requests = 0;
      const endpoint = await serve(() => {
        requests += 1;
      });
      expect(await listGuarded(endpoint, 50).catch(failureKind)).toBe('unreachable');
      expect(requests).toBe(1);
    });

    test('stop trying again when most of many calls need it', async () => {
      let requests = 0;
      const endpoint = await serve((_request, response) => {
        requests += 1;
        response.writeHead(503).end('{}');
      });
      const config = guardedConfig('eu-west-1');
      const client = new EKSClient({ ...config, endpoint, credentials });
      const list = () => client.send(new ListClustersCommand({})).catch(() => undefined);
      await Promise.all(Array.from({ length: 60 }, list));
      expect(requests).toBeGreaterThan(60);
      expect(requests).toBeLessThan(100);
    });
  });

  test('ask the guard of the process before every call, and hear from it what it decides', async () => {
    const asked: string[] = [];
    awsPorts({}, wallClock, {
      call: async (operation) => {
        asked.push(operation);
        throw new PortError('throttled', 'not now', { operation, code: 'BreakerOpen' });
      },
    });
    const endpoint = await serve(() => expect.unreachable());
    expect(await listAt(endpoint).catch(failureKind)).toBe('throttled');
    expect(asked).toEqual(['eks:ListClusters']);
    awsPorts({});
  });

  test('a service that accepts and never answers is unreachable', async () => {
    const endpoint = await serve(() => {});
    expect(await listAt(endpoint, 50).catch(failureKind)).toBe('unreachable');
  });

  test('a refused connection is unreachable', async () => {
    const endpoint = await serve(() => {});
    servers.splice(0).forEach((server) => {
      server.close();
    });
    expect(await listAt(endpoint).catch(failureKind)).toBe('unreachable');
  });
});
