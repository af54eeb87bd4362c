import { configInForce } from '../config/config-in-force.ts';
import type { StatePlace } from '../state-place.ts';
import { parseBackend } from './backend-place.ts';
import type { BackendPlace } from './backend-place.ts';
import { knownBackends } from './known-backends.ts';
import { eachOnce } from './same-place.ts';

export interface BackendWords {
  /** `--backend`. */
  readonly flag?: string | undefined;
  /** The plan's `state_backend`. */
  readonly plan?: string | undefined;
}

/** Where a new run is kept: `--backend`, else `ORCH_BACKEND`, else the plan's `state_backend`, else what orch.config says, else JSON files. */
export function chooseBackend(
  { flag, plan }: BackendWords,
  { directory }: StatePlace,
  environment: NodeJS.ProcessEnv = process.env,
): BackendPlace {
  if (flag !== undefined) return parseBackend(flag, { from: '--backend', directory, environment });
  const variable = environment['ORCH_BACKEND'] || undefined;
  if (variable !== undefined) return parseBackend(variable, { from: 'ORCH_BACKEND', directory, environment });
  if (plan !== undefined) return parseBackend(plan, { from: 'state_backend', directory, environment });
  return parseBackend(configInForce()?.backend ?? 'json', { from: 'orch.config', directory, environment });
}

/**
 * Where runs are looked for: with `--backend` there; else in the one that a new run would get, in JSON files, and in all
 * that were used before.
 */
export function backendsToSearch(
  { flag, plan }: BackendWords,
  place: StatePlace,
  environment: NodeJS.ProcessEnv = process.env,
): readonly BackendPlace[] {
  const first = chooseBackend({ flag }, place, environment);
  if (flag !== undefined) return [first];
  const { directory } = place;
  const found = [
    first,
    ...(plan === undefined ? [] : [parseBackend(plan, { from: 'state_backend', directory, environment })]),
    parseBackend('json', { from: '', directory }),
    ...knownBackends(directory, environment),
  ];
  return eachOnce(found);
}
