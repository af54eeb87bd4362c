import type { ConnectionOptions } from 'node:tls';
import { optionKinds, orchError, refuseOptions } from '@orch/core/author';
import type { KnownOptions, OrchError } from '@orch/core/author';

export interface RedisBackendOptions {
  /** What the names of all keys begin with; default: that of the URL, else `orch`. Backends of different prefixes don't see each other. */
  readonly prefix?: string;
  /** Default: that of the URL. */
  readonly username?: string;
  /** Default: that of the URL. */
  readonly password?: string;
  /** Settings of Node's `tls.connect`, as `ca`, `cert` and `key`; they turn TLS on, as `rediss:` does. */
  readonly tls?: ConnectionOptions;
  /** How long calls wait for a server that went away, in milliseconds; default: 60,000. */
  readonly reconnectMs?: number;
  /**
   * Hears, once each, how the server may lose what it acknowledged, and of each outage that it is waited for, and that it
   * is back; default: `process.emitWarning`.
   */
  readonly warn?: (message: string) => void;
}

/** Options with all defaults, and the parts of the URL. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly prefix: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  readonly reconnectMs: number;
  /** A server that owes an answer and says nothing for so long is taken for gone. */
  readonly silenceMs: number;
  readonly warn: (message: string) => void;
}

/** A third of what a lease lives. */
const silenceMs = 10_000;

const example =
  'Write redis://user:password@host:6379/0?prefix=orch, or rediss:// for TLS; all but the host may be left out.';

const knownOptions: KnownOptions<RedisBackendOptions> = {
  prefix: optionKinds.text,
  username: optionKinds.text,
  password: optionKinds.secret,
  tls: optionKinds.secrets,
  reconnectMs: optionKinds.milliseconds,
  warn: optionKinds.function,
};

export function readSettings(url: string, options: RedisBackendOptions): Settings {
  refuseOptions('redisBackend', options, knownOptions, 'ORCH_BACKEND_SETTINGS');
  const { reconnectMs = 60_000, warn = emitWarning } = options;
  const parsed = parseUrl(url);
  const prefix = options.prefix ?? parsed.searchParams.get('prefix') ?? 'orch';
  // Braces are what Redis Cluster looks for in a key; the first pair must be that around the run.
  if (!/^[^{}\s]+$/.test(prefix))
    throw wrong(
      `The prefix ${JSON.stringify(prefix)} is empty or has braces or spaces.`,
      'Use letters, digits and dashes.',
    );
  const username = options.username ?? decode(parsed.username);
  const password = options.password ?? decode(parsed.password);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const hasTls = parsed.protocol === 'rediss:' || options.tls !== undefined;
  return {
    host,
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    db: Number(parsed.pathname.slice(1)),
    prefix,
    reconnectMs,
    silenceMs,
    warn,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(hasTls ? { tls: { ...options.tls } } : {}),
  };
}

/** The words of the errors never hold the URL: it may hold a password. */
function parseUrl(url: string): URL {
  if (!URL.canParse(url)) throw wrong('The URL of the Redis server is not one.', example);
  const parsed = new URL(url);
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:')
    throw wrong(`The URL of the Redis server begins with ${parsed.protocol}`, example);
  if (parsed.hostname === '') throw wrong('The URL of the Redis server names no host.', example);
  if (!/^(\/\d*)?$/.test(parsed.pathname))
    throw wrong(`The URL of the Redis server names the database ${JSON.stringify(parsed.pathname)}.`, example);
  const isOnlyPrefix = [...parsed.searchParams.keys()].join(' ') === 'prefix';
  if ((parsed.search !== '' && !isOnlyPrefix) || parsed.hash !== '')
    throw wrong('The URL of the Redis server has more than a prefix behind the database.', example);
  return parsed;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw wrong('User or password in the URL of the Redis server are not URL-encoded.', 'Write % as %25.', cause);
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'OrchWarning');
}

function wrong(message: string, hint: string, cause?: unknown): OrchError {
  return orchError({ code: 'ORCH_BACKEND_SETTINGS', message, hint, cause });
}
