import { didYouMean } from './did-you-mean.ts';
import { wellKnownOwner, type PhaseKeys } from './phase-keys.ts';
import { phaseKeys, workflowKeys, type PlanKey } from './plan-keys.ts';

/** What to write instead of a key that nobody owns, and the key that was probably meant. */
export interface KeyHint {
  readonly hint?: string;
  readonly meant?: string;
}

/** Hints, each worked out once: a plan generated with a wrong key has it in every phase. */
export interface KeyHints {
  ofWorkflow(key: string): KeyHint;
  ofPhase(key: string): KeyHint;
}

/** What other runners call the same thing. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ...['cmd', 'exec', 'script', 'shell_command'].map((word) => [word, 'command'] as const),
  ...['needs', 'deps', 'dependencies', 'depends', 'requires', 'after_phases'].map(
    (word) => [word, 'depends_on'] as const,
  ),
  ...['retries', 'max_retries', 'max_attempts', 'attempts'].map((word) => [word, 'retry_count'] as const),
  ...['backoff', 'delay', 'retry_backoff', 'retry_delay', 'retry_interval', 'retry_policy'].map(
    (word) => [word, 'retry'] as const,
  ),
  ...['id', 'workflow', 'workflow_name'].map((word) => [word, 'workflow_id'] as const),
  ...['jobs', 'steps', 'tasks', 'stages'].map((word) => [word, 'phases'] as const),
  ...['max_concurrency', 'max_parallel_phases', 'parallelism'].map((word) => [word, 'concurrency'] as const),
  ...['backend', 'state'].map((word) => [word, 'state_backend'] as const),
]);

type KnownKeys = ReadonlyMap<string, PlanKey | undefined>;

interface Level {
  readonly keys: KnownKeys;
  /** The keys of the other level, and how to say that a key belongs there. */
  readonly elsewhere: (key: string) => string | undefined;
  /** Whether plugins own keys here. */
  readonly plugins: boolean;
}

export function keyHints(keys: PhaseKeys): KeyHints {
  const ofPhases: KnownKeys = new Map<string, PlanKey | undefined>([
    ...phaseKeys,
    ...[...keys.options].filter(([, it]) => it.inPlans).map(([key]) => [key, undefined] as const),
  ]);
  const workflowLevel: Level = {
    keys: workflowKeys,
    elsewhere: (key) =>
      ofPhases.has(key) || wellKnownOwner(key) !== undefined
        ? `${key} is a key of phases: move it into them.`
        : undefined,
    plugins: false,
  };
  const phaseLevel: Level = {
    keys: ofPhases,
    elsewhere: (key) => (workflowKeys.has(key) ? `${key} is a key of the whole plan: move it up there.` : undefined),
    plugins: true,
  };
  return {
    ofWorkflow: remembered((key) => hintFor(key, workflowLevel)),
    ofPhase: remembered((key) =>
      key === 'run' ? { hint: 'Use command.', meant: 'command' } : hintFor(key, phaseLevel),
    ),
  };
}

function hintFor(key: string, { keys, elsewhere, plugins }: Level): KeyHint {
  const snake = snakeCase(key);
  if (snake !== key && keys.has(snake)) return { hint: `Plan files use snake_case: write ${snake}.`, meant: snake };
  const owner = plugins ? wellKnownOwner(snake) : undefined;
  if (owner !== undefined) return { hint: `${snake} belongs to ${owner}, which is not loaded.`, meant: snake };
  const there = elsewhere(key);
  if (there !== undefined) return { hint: there, meant: key };
  const word = otherWords.get(snake);
  if (word !== undefined && keys.has(word)) return { hint: `Use ${word}.`, meant: word };
  if (snake.startsWith('x_'))
    return { hint: `Keys that orch shall ignore begin with x_: write ${snake}.`, meant: snake };
  const meant = didYouMean(key, carriedOut(keys));
  if (meant !== undefined) return { hint: `Did you mean ${meant}?`, meant };
  return { hint: 'Keys that orch shall ignore begin with x_.' };
}

/** Keys that would be refused in turn are not worth suggesting. */
function* carriedOut(keys: KnownKeys): Generator<string> {
  for (const [key, it] of keys) if (it === undefined || it.accepts !== undefined) yield key;
}

function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

/** Different keys that get a hint: nobody mistypes more, and each is compared with all known keys. */
const maxHints = 1_000;

function remembered(compute: (key: string) => KeyHint): (key: string) => KeyHint {
  const known = new Map<string, KeyHint>();
  return (key) => {
    let hint = known.get(key);
    if (hint === undefined && known.size < maxHints) known.set(key, (hint = compute(key)));
    return hint ?? {};
  };
}
