import { resolve } from 'node:path';
import type { Finding } from '@orch/core';
import { didYouMean, isOrchError } from '@orch/core/author';
import { backendKinds, parseBackend } from '../backend/backend-place.ts';
import { outputKinds } from '../view/view.ts';

/** Which of the two forms a config has: files say `state_dir`, TypeScript says `stateDir`. */
export type Form = 'json' | 'mts';

type Values = Readonly<Record<string, unknown>>;
export type Report = (path: Finding['path'], message: string, hint?: string) => void;

const topKeys = ['backend', 'backends', 'plugins', 'preset', 'defaults'] as const;

const stateDirKey = { json: 'state_dir', mts: 'stateDir' } as const;

export interface Settings {
  readonly backend?: string;
  readonly backends: ReadonlyMap<string, string>;
  readonly stateDir?: string;
  readonly concurrency?: number;
  readonly output?: (typeof outputKinds)[number];
}

export interface ShapeOptions {
  readonly form: Form;
  /** Paths count from it. */
  readonly folder: string;
  readonly report: Report;
  /** Of a key that there is not: it stands at the key, and not at its value. */
  readonly reportKey: Report;
}

/** What of a config is plain data, checked; plugins and the preset have to be loaded. */
export function settingsOf(config: Values, options: ShapeOptions): Settings {
  const { form, report } = options;
  const defaultKeys = [stateDirKey[form], 'concurrency', 'output'];
  checkKeys(config, topKeys, [], { ...options, inner: ['defaults', defaultKeys] });
  const backends = backendsOf(config['backends'], options);
  const { backend, defaults = {} } = config;
  const place = backend === undefined ? undefined : placeOf(backend, ['backend'], { ...options, backends });
  if (!isObject(defaults)) {
    report(['defaults'], `defaults must be an object, not ${nameOf(defaults)}.`);
    return { backends };
  }
  checkKeys(defaults, defaultKeys, ['defaults'], options);
  return { backends, ...(place === undefined ? {} : { backend: place }), ...defaultsOf(defaults, options) };
}

function defaultsOf(
  defaults: Values,
  { form, folder, report }: { form: Form; folder: string; report: Report },
): Pick<Settings, 'stateDir' | 'concurrency' | 'output'> {
  const key = stateDirKey[form];
  const { [key]: stateDir, concurrency, output } = defaults;
  if (stateDir !== undefined && (typeof stateDir !== 'string' || stateDir === ''))
    report(['defaults', key], `${key} must be the path of a folder, not ${nameOf(stateDir)}.`);
  if (concurrency !== undefined && (!Number.isSafeInteger(concurrency) || Number(concurrency) < 1))
    report(['defaults', 'concurrency'], `concurrency must be a whole number from 1 up, not ${nameOf(concurrency)}.`);
  const kinds: readonly unknown[] = outputKinds;
  if (output !== undefined && !kinds.includes(output))
    report(['defaults', 'output'], `output must be one of ${outputKinds.join(', ')}.`);
  return {
    ...(typeof stateDir === 'string' && stateDir !== '' ? { stateDir: resolve(folder, stateDir) } : {}),
    ...(typeof concurrency === 'number' ? { concurrency } : {}),
    ...(kinds.includes(output) ? { output: output as NonNullable<Settings['output']> } : {}),
  };
}

/** A key that holds an object, and the keys of that. */
type Inner = readonly [key: string, keys: readonly string[]];

function checkKeys(
  values: Values,
  keys: readonly string[],
  path: Finding['path'],
  { form, reportKey, inner }: Pick<ShapeOptions, 'form' | 'reportKey'> & { readonly inner?: Inner },
): void {
  for (const key of Object.keys(values)) {
    const isOurs = keys.includes(key) || (form === 'json' && /^(?:\$schema|\$comment|x_.*)$/.test(key));
    if (isOurs) continue;
    const meant = meantBy(key, keys);
    const within = inner === undefined ? undefined : meantBy(key, inner[1]);
    const hint =
      meant !== undefined
        ? `Did you mean ${meant}?`
        : within !== undefined
          ? `Did you mean ${within}, in ${inner?.[0]}?`
          : `There are: ${keys.join(', ')}.`;
    reportKey([...path, key], `There is no key ${JSON.stringify(key)}.`, hint);
  }
}

/** In whichever way its words are joined. */
function meantBy(key: string, keys: readonly string[]): string | undefined {
  const plain = (text: string): string => text.replaceAll(/[_-]/g, '').toLowerCase();
  return keys.find((it) => plain(it) === plain(key)) ?? didYouMean(plain(key), keys) ?? didYouMean(key, keys);
}

function backendsOf(
  backends: unknown = {},
  options: { form: Form; folder: string; report: Report },
): ReadonlyMap<string, string> {
  const { report } = options;
  const places = new Map<string, string>();
  if (!isObject(backends)) {
    report(['backends'], `backends must be an object of places by name, not ${nameOf(backends)}.`);
    return places;
  }
  for (const [name, text] of Object.entries(backends)) {
    const path = ['backends', name];
    if (!/^[A-Za-z][\w-]{0,63}$/.test(name) || backendKinds.includes(name))
      report(
        path,
        `${JSON.stringify(name)} can't be the name of a backend.`,
        'A name begins with a letter, has letters, digits, _ and -, and is neither json, sqlite nor redis.',
      );
    else {
      const place = placeOf(text, path, { ...options, backends: new Map() });
      if (place !== undefined) places.set(name, place);
    }
  }
  return places;
}

/** A place as `--backend` takes it, its path absolute; or a name. */
function placeOf(
  text: unknown,
  path: Finding['path'],
  { folder, report, backends }: { folder: string; report: Report; backends: ReadonlyMap<string, string> },
): string | undefined {
  if (typeof text === 'string' && backends.has(text)) return text;
  const whole =
    typeof text === 'string'
      ? text.replace(/^(json|sqlite):(.+)$/s, (_, kind: string, file: string) => `${kind}:${resolve(folder, file)}`)
      : '';
  try {
    parseBackend(whole, { from: 'orch.config', directory: folder });
    return whole;
  } catch (error) {
    if (!isOrchError(error, 'ORCH_BACKEND_UNKNOWN')) throw error;
    const names = [...backends.keys()];
    const named = names.length === 0 ? '' : `; names here: ${names.join(', ')}`;
    report(
      path,
      typeof text === 'string' ? error.message : `It must be text, not ${nameOf(text)}.`,
      `${error.hint ?? ''}${named}`,
    );
    return undefined;
  }
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in words; of text no more than its kind, for it may hold a password. */
function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === '') return 'an empty text';
  return typeof value === 'string' ? 'a text' : `a value of type ${typeof value}`;
}
