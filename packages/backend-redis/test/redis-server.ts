import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** A redis-server of our own, on a free port of the loopback, with its data in a temporary folder. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** A plain client, for looks behind the backend's back. Closed with the server. */
  client(options?: ClientOptions): Redis;
  /** Settles when the process that runs at this moment has ended, by itself or not. */
  ended(): Promise<void>;
  /** As the kernel's out-of-memory killer does. */
  kill(): Promise<void>;
  /** Starts again what was killed: same port, same folder. */
  restart(): Promise<void>;
  /** Ends it for good and removes the folder. */
  stop(): Promise<void>;
}

/** Nothing that was acknowledged is lost, whatever happens: what the plan's durability asks for. */
export const durable: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always'];

export interface RedisPlace {
  /** Where its data are; default: a temporary folder, which is removed when it is stopped. */
  readonly folder: string;
  /** What starts it, with its arguments. */
  readonly through: readonly string[];
}

/** @param settings as on the command line of redis-server; default: `durable` */
export async function startRedis(settings: readonly string[] = durable, place?: RedisPlace): Promise<RedisServer> {
  const folder = place?.folder ?? mkdtempSync(join(tmpdir(), 'orch-redis-'));
  const through = place?.through ?? [];
  const clients: Redis[] = [];
  let { port, child } = await startOnFreePort({ folder, through, settings });
  return {
    port,
    folder,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? 0;
    },
    client(options = {}) {
      const client = new Redis({ host: '127.0.0.1', port, ...options });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    ended: () => endOf(child),
    async kill() {
      child.kill('SIGKILL');
      await endOf(child);
    },
    async restart() {
      child = await start({ folder, through, port, settings });
    },
    async stop() {
      for (const client of clients) client.disconnect();
      child.kill('SIGKILL');
      await endOf(child);
      if (place === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Start extends RedisPlace {
  readonly port: number;
  readonly settings: readonly string[];
}

/** Between the look for a free port and its use somebody else may take it. */
async function startOnFreePort(
  how: Omit<Start, 'port'>,
): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { port, child: await start({ ...how, port }) };
    } catch (error) {
      if (tries === 5 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start({ folder, through, port, settings }: Start): Promise<ChildProcess> {
  // With TLS the plain port is off.
  const place = settings.includes('--tls-port') ? ['--port', '0'] : ['--port', String(port)];
  const given = settings.map((setting) => setting.replaceAll('<port>', String(port)));
  const args = [...place, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no', ...given];
  const [program = '', ...words] = [...through, 'redis-server', ...args];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`);
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
