import { durationMs } from '../duration.ts';
import { dictionary, type Json } from '../json.ts';
import { copyJson } from './copy-json.ts';
import { didYouMean } from './did-you-mean.ts';
import type { LoweredPhase, PhaseList } from './phase-list.ts';
import { phaseNameProblem } from './phase-name.ts';
import { describeValue, invalid, isPlain, type Plain } from './invalid-workflow.ts';
import { lowerRules } from './lower-rules.ts';
import type { PhaseFunction } from './workflow.ts';
import type { PhaseSpec } from './workflow-spec.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const keys: readonly string[] = 'run dependsOn timeout checkpoint options version if after continueOnFailure'.split(
  ' ',
);

/**
 * Turns a phase as it is written in TypeScript into flat data. Its arguments are not trusted: plain JavaScript builds
 * workflows too. Throws `ORCH_WORKFLOW_INVALID`.
 */
export function lowerPhase(workflow: string, name: unknown, phase: unknown, earlier: PhaseList): LoweredPhase {
  if (typeof name !== 'string') throw invalid(workflow, 'the name of a phase must be a string.');
  const problem = phaseNameProblem(name);
  const where = `${workflow}, phase ${JSON.stringify(name)}`;
  if (problem !== undefined) throw invalid(where, `the name ${problem}.`);
  if (earlier.has(name)) throw invalid(where, 'there is a phase of this name already.');
  if (!isPlain(phase)) throw invalid(where, 'a phase is an object as in { run: () => … }.');
  checkKeys(where, phase);
  const work = lowerRun(where, phase['run']);
  const spec: Writable<PhaseSpec> = { name, kind: work.kind };
  const dependsOn = lowerDependencies(where, phase['dependsOn'], earlier);
  if (dependsOn.length > 0) spec.dependsOn = dependsOn;
  const timeoutMs = lowerTimeout(where, phase['timeout']);
  if (timeoutMs !== undefined) spec.timeoutMs = timeoutMs;
  if (lowerCheckpoint(where, phase['checkpoint']) === false) spec.checkpoint = false;
  const options = lowerOptions(where, work.options, phase['options']);
  if (options !== undefined) spec.options = options;
  const version = lowerVersion(where, phase['version']);
  if (version !== undefined) spec.version = version;
  const rules = lowerRules(where, phase, work);
  Object.assign(spec, rules.data);
  return {
    spec,
    ...(work.function === undefined ? {} : { function: work.function }),
    ...(rules.code === undefined ? {} : { rules: rules.code }),
  };
}

function checkKeys(where: string, phase: Plain): void {
  for (const key of Object.keys(phase)) {
    const value = phase[key];
    if (keys.includes(key) || value === undefined) continue;
    const meant = didYouMean(key, keys);
    const hint =
      meant === undefined ? 'Keys of plugins are set by their functions, in options.' : `Did you mean ${meant}?`;
    throw invalid(where, `there is no option ${JSON.stringify(key)}.`, hint);
  }
}

interface LoweredRun {
  readonly kind: string;
  readonly options?: unknown;
  readonly function?: PhaseFunction;
  readonly output?: unknown;
  readonly failWhen?: unknown;
}

function lowerRun(where: string, run: unknown): LoweredRun {
  if (typeof run === 'function') return { kind: 'function', function: run as PhaseFunction };
  if (run === undefined) throw invalid(where, 'run is missing.', "Say what to run: a function, or command('…').");
  if (typeof run === 'string')
    throw invalid(
      where,
      'run must be a function or a work object, not text.',
      "For a shell command write run: command('…').",
    );
  if (!isPlain(run) || typeof run['kind'] !== 'string' || run['kind'] === '')
    throw invalid(where, 'run must be a function or a work object, as command() makes one.');
  if (run['kind'] === 'function') throw invalid(where, 'a work object cannot be of kind "function".');
  const { kind, options, output, failWhen } = run as Plain & { readonly kind: string };
  return { kind, options, output, failWhen };
}

function lowerDependencies(where: string, dependsOn: unknown, earlier: PhaseList): readonly string[] {
  if (dependsOn === undefined) return [];
  if (!Array.isArray(dependsOn)) throw invalid(where, 'dependsOn must be a list of phase names.');
  const names = new Set<string>();
  for (const name of dependsOn as readonly unknown[]) {
    if (typeof name !== 'string') throw invalid(where, 'dependsOn must be a list of phase names.');
    if (names.has(name)) throw invalid(where, `dependsOn names ${JSON.stringify(name)} twice.`);
    if (!earlier.has(name)) {
      const meant = didYouMean(name, earlier.names());
      const hint =
        meant === undefined
          ? 'A phase depends on phases that stand before it.'
          : `Did you mean ${JSON.stringify(meant)}?`;
      throw invalid(where, `dependsOn names ${JSON.stringify(name)}, which is no phase before it.`, hint);
    }
    names.add(name);
  }
  return [...names];
}

function lowerTimeout(where: string, timeout: unknown): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = typeof timeout === 'string' ? durationMs(timeout) : undefined;
  if (ms === undefined || ms <= 0 || ms > Number.MAX_SAFE_INTEGER)
    throw invalid(where, `timeout must be a length of time as in '5m', not ${describeValue(timeout)}.`);
  return Math.ceil(ms);
}

function lowerCheckpoint(where: string, checkpoint: unknown): boolean | undefined {
  if (checkpoint === undefined || typeof checkpoint === 'boolean') return checkpoint;
  throw invalid(where, `checkpoint must be true or false, not ${describeValue(checkpoint)}.`);
}

function lowerVersion(where: string, version: unknown): number | undefined {
  if (version === undefined || (Number.isSafeInteger(version) && (version as number) >= 0))
    return version as number | undefined;
  throw invalid(where, `version must be a whole number from 0 up, not ${describeValue(version)}.`);
}

function lowerOptions(where: string, own: unknown, extra: unknown): { readonly [key: string]: Json } | undefined {
  if (own !== undefined && !isPlain(own)) throw invalid(where, 'the options of a work object must be an object.');
  if (extra !== undefined && !Array.isArray(extra))
    throw invalid(where, 'options must be a list, as in [retry({ … })].');
  if (own === undefined && extra === undefined) return undefined;
  const options = dictionary<Json>();
  for (const [key, value] of Object.entries(own ?? {}))
    if (value !== undefined) options[key] = jsonOf(where, key, value);
  for (const it of (extra ?? []) as readonly unknown[]) {
    if (!isPlain(it) || typeof it['option'] !== 'string' || it['option'] === '')
      throw invalid(where, 'each of options must be a phase option, as retry() makes one.');
    const key = it['option'];
    if (key in options) throw invalid(where, `the option ${JSON.stringify(key)} is given twice.`);
    options[key] = jsonOf(where, key, it['value']);
  }
  return Object.keys(options).length === 0 ? undefined : Object.freeze(options);
}

/** A copy: what the caller changes later does not reach the workflow. */
function jsonOf(where: string, key: string, value: unknown): Json {
  const copied = copyJson(value);
  if ('problem' in copied) throw invalid(where, `the option ${JSON.stringify(key)} ${copied.problem}.`);
  return copied.value;
}
