import { join, resolve } from 'node:path';
import { isOrchError, orchError } from '@orch/core/author';
import { configInForce } from '../config/config-in-force.ts';
import { harmless } from '../view/text.ts';
import { realPath } from './same-place.ts';

/** A backend that a command line, a plan, the environment or `backends.json` names. */
export interface BackendPlace {
  readonly kind: 'json' | 'sqlite' | 'redis';
  /** An absolute folder or file; or a URL, which may hold a password and is never shown. */
  readonly address: string;
  /** The same for people, for `--backend` and for `backends.json`: without a password. One backend has one name. */
  readonly name: string;
}

export interface ParseOptions {
  /** Who names it, for the words of an error. */
  readonly from: string;
  /** The state folder. */
  readonly directory: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** What a plan's `state_backend` may be, beside the names of a config. */
export const backendKinds: readonly string[] = ['json', 'sqlite', 'redis'];

/** All that a plan's `state_backend` may be. */
export function backendNames(): readonly string[] {
  return [...backendKinds, ...(configInForce()?.backends.keys() ?? [])];
}

const localRedis = 'redis://localhost:6379';

/**
 * A name of orch.config, or `json`, `json:DIR`, `sqlite`, `sqlite:FILE`, `redis`, `redis://…` or `rediss://…`, which may end with `?prefix=NAME`.
 * Paths count from the current folder.
 * Throws `ORCH_BACKEND_UNKNOWN`, whose words repeat no more of the text than its kind: it may hold a password.
 */
export function parseBackend(text: string, { from, directory, environment = process.env }: ParseOptions): BackendPlace {
  const named = configInForce()?.backends.get(text);
  if (named !== undefined) return parseBackend(named, { from: `orch.config, ${text},`, directory, environment });
  if (text === 'json') return { kind: 'json', address: directory, name: 'json' };
  if (text === 'sqlite') return { kind: 'sqlite', address: join(directory, 'orch.db'), name: 'sqlite' };
  if (text === 'redis') return redisPlace(environment['REDIS_URL'] || localRedis, { from: 'REDIS_URL', environment });
  const [, kind = '', path = ''] = /^(json|sqlite):(.+)$/s.exec(text) ?? [];
  if (kind === 'json' || kind === 'sqlite') {
    const address = resolve(path);
    const usual = kind === 'json' ? directory : join(directory, 'orch.db');
    return address === usual || realPath(address) === realPath(usual)
      ? { kind, address: usual, name: kind }
      : { kind, address, name: `${kind}:${address}` };
  }
  if (/^rediss?:/.test(text)) return redisPlace(text, { from, environment });
  throw unknown(`${from} names no backend that there is: "${harmless(/^[\w-]{0,20}/.exec(text)?.[0] ?? '')}".`);
}

function redisPlace(
  text: string,
  { from, environment }: Pick<Required<ParseOptions>, 'from' | 'environment'>,
): BackendPlace {
  const found = partsOf(text);
  if (found === undefined) throw unknown(`${from} is not the URL of a Redis server.`);
  const { server, prefix } = found;
  const name = prefix === defaultPrefix ? server : `${server}?prefix=${prefix}`;
  return { kind: 'redis', address: hasPassword(text) ? text : withPassword(text, server, environment), name };
}

/** What the names of keys begin with, where a URL does not say `?prefix=NAME`. */
const defaultPrefix = 'orch';

interface RedisParts {
  /** One server and database has one name, however it is written. */
  readonly server: string;
  readonly prefix: string;
}

/** `undefined`: the text is not the URL of a Redis server, or has something behind the database that is not understood. */
function partsOf(text: string): RedisParts | undefined {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, username, hostname, port, pathname, search, hash } = new URL(text);
  const [, prefix = search === '' ? defaultPrefix : undefined] = /^\?prefix=([\w.:-]+)$/.exec(search) ?? [];
  if (hostname === '' || prefix === undefined || hash !== '') return undefined;
  const user = username === '' ? '' : `${username}@`;
  const database = Number(pathname.slice(1) || 0);
  return { server: `${protocol}//${user}${hostname.toLowerCase()}:${port || '6379'}/${database}`, prefix };
}

function hasPassword(text: string): boolean {
  return new URL(text).password !== '';
}

/** Passwords are remembered nowhere: whoever goes on with a run has the server's in the environment. */
function withPassword(text: string, server: string, environment: NodeJS.ProcessEnv): string {
  const { backend, backends } = configInForce() ?? {};
  const given = [environment['REDIS_URL'], environment['ORCH_BACKEND'], backend, ...(backends?.values() ?? [])];
  const found = given.find((url) => url !== undefined && partsOf(url)?.server === server && hasPassword(url));
  return found === undefined ? text : found.split('?', 1)[0] + new URL(text).search;
}

/** A server that asks for a password was named by `backends.json`, as a rule: that has none. */
export function withPasswordHint({ kind, name }: BackendPlace, thrown: unknown): unknown {
  if (kind !== 'redis' || !isOrchError(thrown) || !/NOAUTH/.test(thrown.message)) return thrown;
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: `${name} asks for a password.`,
    hint: 'orch keeps none: give it as part of the URL, in REDIS_URL, ORCH_BACKEND or --backend.',
    cause: thrown,
  });
}

function unknown(message: string): Error {
  return orchError({
    code: 'ORCH_BACKEND_UNKNOWN',
    message,
    hint: 'There are: json, json:DIR, sqlite, sqlite:FILE, redis, redis://[[user]:password@]host[:port][/database][?prefix=NAME], rediss://…',
  });
}
