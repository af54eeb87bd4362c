import type { Backend } from '../../src/backend/backend.ts';
import { AttemptRunner } from '../../src/engine/attempt-runner.ts';
import type { Host } from '../../src/engine/host.ts';
import { LeaseKeeper } from '../../src/engine/lease.ts';
import { RunLoop } from '../../src/engine/run-loop.ts';
import type { Executor } from '../../src/executor/executor.ts';
import type { Draft } from '../../src/run/decide.ts';
import type { RunEvent } from '../../src/run/event.ts';
import type { Fence } from '../../src/run/owner.ts';
import type { Running } from '../../src/run/state.ts';
import type { PhaseSpec } from '../../src/spec/workflow-spec.ts';
import type { JournalOracle } from './journal-oracle.ts';
import type { Scenario } from './scenario.ts';
import type { Effects } from './store.ts';

/** Changes core; answers how to undo that. */
type Patch = (oracle: JournalOracle) => () => void;

/** A planted bug: what it puts in the place of a sound piece. */
export interface Mutant {
  readonly name: string;
  readonly store?: (sound: Effects) => Effects;
  readonly backend?: (sound: Backend) => Backend;
  readonly executor?: (sound: Executor) => Executor;
  readonly host?: (sound: Host) => Host;
  /** What core is told, while the oracles know the truth. */
  readonly scenario?: (sound: Scenario) => Scenario;
  readonly patch?: Patch;
}

/** Bugs that the simulation must find, or it proves nothing. */
export const mutants: readonly Mutant[] = [
  // the backend
  { name: 'there is no fence: who lost the run writes on', store: withoutFence },
  { name: 'an append is acknowledged before it is written', store: acknowledgedEarly },
  { name: 'of a commit only the first event is written', store: torn },
  { name: 'a read misses the newest commit', store: staleReads },
  // the way to it
  { name: 'an append that failed counts as written', backend: deafToFailure },
  { name: 'a living owner is taken for dead', host: (sound) => ({ ...sound, look: () => 'dead' }) },
  // what is decided
  { name: 'a dependency is not seen', scenario: withoutDependency },
  { name: 'retries are not charged', patch: submitting(uncharged) },
  { name: 'recover runs completed phases again', patch: submitting(resettingCompleted) },
  { name: 'the next take-up forgets the cancel', patch: submitting(forgettingCancel) },
  // what is done
  { name: 'what goes on is started again instead of adopted', executor: (sound) => ({ ...sound, adopt: goneAlways }) },
  { name: 'the end of an adopted attempt is missed', patch: replacing(AttemptRunner, 'adopt', () => undefined) },
  { name: 'a second attempt is written down, not executed', patch: executingOnce },
  { name: 'an order to stop reaches nobody', patch: replacing(AttemptRunner, 'stopAll', () => undefined) },
  { name: 'attempts go on once the run is let go', patch: replacing(AttemptRunner, 'abandon', () => undefined) },
  // the lease
  { name: 'the age of the lease is not looked at', patch: replacing(LeaseKeeper, 'isOld', () => false) },
  { name: 'the lease is as young as its answer', patch: youngLease },
];

function withoutFence(sound: Effects): Effects {
  let newest: Fence | undefined;
  return {
    ...sound,
    async create(run, first) {
      const answer = await sound.create(run, first);
      if (answer.status === 'created') newest = answer.fence;
      return answer;
    },
    async acquire(run, taking) {
      const answer = await sound.acquire(run, taking);
      if (answer.status === 'held') newest = answer.fence;
      return answer;
    },
    async append(run, commit) {
      const answer = await sound.append(run, commit);
      return answer.status === 'lost-lease' ? sound.append(run, { ...commit, fence: newest! }) : answer;
    },
  };
}

/** Each commit reaches the store with the next one: the last is still on its way when it is acknowledged. */
function acknowledgedEarly(sound: Effects): Effects {
  let write = async (): Promise<unknown> => undefined;
  return {
    ...sound,
    async append(run, commit) {
      await write();
      write = () => sound.append(run, commit);
      return { status: 'ok' };
    },
  };
}

function torn(sound: Effects): Effects {
  return { ...sound, append: (run, commit) => sound.append(run, { ...commit, events: commit.events.slice(0, 1) }) };
}

/** The newest commit is there for nobody but who wrote it. */
/** The newest commit is there for nobody but who wrote it. */
function staleReads(sound: Effects): Effects {
  return {
    ...sound,
    async *read(run, options) {
      let held: readonly RunEvent[] | undefined;
      for await (const commit of sound.read(run, options)) {
        if (held !== undefined) yield held;
        held = commit;
      }
      if (held?.[0]?.type === 'run.created') yield held;
    },
  };
}

function deafToFailure(sound: Backend): Backend {
  const append: Backend['append'] = (run, commit) => sound.append(run, commit).catch(() => ({ status: 'ok' }));
  return new Proxy(sound, { get: (target, name) => (name === 'append' ? append : Reflect.get(target, name)) });
}

function withoutDependency(sound: Scenario): Scenario {
  const { workflow, spec } = sound;
  const phases = spec.phases.map(({ dependsOn = [], ...phase }): PhaseSpec => {
    const left = dependsOn.slice(1);
    return left.length > 0 ? { ...phase, dependsOn: left } : phase;
  });
  return { ...sound, workflow: { ...workflow, definition: { ...workflow.definition, spec: { ...spec, phases } } } };
}

async function goneAlways(): Promise<{ readonly gone: true }> {
  return { gone: true };
}

/** Puts other drafts in the place of those that the loop submits. */
function submitting(change: (drafts: readonly Draft[], oracle: JournalOracle) => readonly Draft[]): Patch {
  return (oracle) =>
    around(RunLoop, 'submit', (call, [drafts, ...rest]) => call(change(drafts as readonly Draft[], oracle), ...rest));
}

function uncharged(drafts: readonly Draft[]): readonly Draft[] {
  return drafts.map((draft) => (draft.type === 'phase.failed' ? { ...draft, charge: false } : draft));
}

function resettingCompleted(drafts: readonly Draft[], { phases }: JournalOracle): readonly Draft[] {
  const completed = [...phases].filter(([, { status }]) => status === 'completed').map(([name]) => name);
  return drafts.map((draft) =>
    draft.type === 'run.reset' && draft.cause === 'recover'
      ? { ...draft, phases: [...new Set([...draft.phases, ...completed])] }
      : draft,
  );
}

function forgettingCancel(drafts: readonly Draft[], oracle: JournalOracle): readonly Draft[] {
  const isTakeUp =
    drafts.some(({ type }) => type === 'run.started') && drafts.every(({ type }) => type !== 'run.reset');
  if (!isTakeUp || !oracle.isCancelling) return drafts;
  const cancelled = [...oracle.phases].filter(([, { status }]) => status === 'cancelled').map(([name]) => name);
  return [{ type: 'run.reset', cause: 'recover', phases: cancelled }, ...drafts];
}

/** Other behaviour of a method of all objects of a class. */
function replacing<Key extends string>(owner: Owner<Key>, method: Key, other: () => unknown): Patch {
  return () => around(owner, method, other);
}

interface Owner<Key extends string> {
  readonly prototype: { [K in Key]: unknown };
}

type Sound = (...given: readonly unknown[]) => unknown;

/** Puts something around a method of all objects of a class; answers how to undo that. */
function around<Key extends string>(
  { prototype }: Owner<Key>,
  method: Key,
  behave: (call: Sound, given: readonly unknown[]) => unknown,
): () => void {
  const sound = prototype[method] as Sound;
  prototype[method] = function (this: unknown, ...given: readonly unknown[]): unknown {
    return behave((...changed) => Reflect.apply(sound, this, changed), given);
  };
  return () => {
    prototype[method] = sound;
  };
}

function executingOnce(): () => void {
  return around(AttemptRunner, 'start', (call, [phase, running]) =>
    (running as Running).attempt === 1 ? call(phase, running) : undefined,
  );
}

/** It is stamped when the answer is read. */
function youngLease(): () => void {
  return around(LeaseKeeper, 'sending', (call) => () => (call() as () => void)());
}
