import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a server that can be told to lose replies. */
export interface Proxy {
  readonly url: string;
  /** How many replies it has lost. */
  readonly eaten: number;
  /** How many connections have come. */
  readonly connections: number;
  /** The next requests that have this text go through; each one's reply is lost and its connection cut. Default: one. */
  eatReplyTo(text: string, times?: number): void;
  /** The same with every k-th request that has this text, until it is told something else. */
  eatEvery(k: number, text: string): void;
  /** Lets nobody through, and cuts who is. */
  shut(): void;
  open(): void;
  stop(): Promise<void>;
}

export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isEaten = (_request: Buffer): boolean => false;
  let eaten = 0;
  let connections = 0;
  let isShut = false;
  const server = createServer((client) => {
    connections++;
    if (isShut) return void client.destroy();
    const redis = connect(port, '127.0.0.1');
    let eats = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (request) => {
      eats ||= isEaten(request);
      redis.write(request);
    });
    redis.on('data', (reply) => {
      if (!eats) return void client.write(reply);
      // A large reply comes in pieces.
      if (!client.destroyed) eaten++;
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get eaten() {
      return eaten;
    },
    get connections() {
      return connections;
    },
    eatReplyTo(text, times = 1) {
      let left = times;
      isEaten = (request) => left > 0 && request.includes(text) && left-- > 0;
    },
    eatEvery(k, text) {
      let seen = 0;
      isEaten = (request) => request.includes(text) && ++seen % k === 0;
    },
    shut() {
      isShut = true;
      cut();
    },
    open: () => void (isShut = false),
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
