import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trial, endOf, hasEnded, until, wait } from './trial.ts';
import type { Workshop } from './trial.ts';

/** One trial that is over. */
export interface Result {
  readonly label: string;
  /** Processes that the stress killed or held. */
  readonly hits: number;
  readonly trial: Trial;
  /** The wrapper or its command were killed, so that attempts may be lost. */
  readonly touched: boolean;
}

/** A batch is told apart by its number, and random choices differ by it. */
export type Mode = (workshop: Workshop, trials: number, batch?: number) => Promise<Result[]>;

/** Kills at random moments: orch, its wrapper, the whole group; SIGSTOP first; one to three generations. */
export const random: Mode = (workshop, trials, batch = 0) =>
  inLanes(Array.from({ length: trials }, (_, n) => () => randomTrial(workshop, batch * trials + n)));

async function randomTrial(workshop: Workshop, n: number): Promise<Result> {
  const pick = generator(n);
  const trial = new Trial(workshop, `random-${n}`, pick([0, 0.1, 0.3, 1, 3]));
  const env = pick([{}, { ORCH_STRESS_SLOW: String(pick([0.02, 0.3, 0.8, 1.5])) }]);
  let touched = false;
  let hits = 0;
  for (let generation = pick([1, 2, 3]); generation > 0; generation--) {
    const before = trial.lines('journal').length;
    const orch = trial.start(env);
    // So that kills land in the sequence and not in the start of Node.
    await until(() => hasEnded(orch) || trial.lines('journal').length > before, before > 0 ? 400 : 10_000);
    await wait(pick([0, 0.2, 0.4, 0.6, 0.8, 1]) * pick([5, 50, 400]));
    const target = pick(['orch', 'orch', 'orch', 'wrapper', 'group', 'both', 'stop']);
    const pid = trial.wrapperPid();
    if (target === 'stop') orch.kill('SIGSTOP');
    if (pid !== undefined && ['wrapper', 'group', 'both'].includes(target)) {
      touched = true;
      if (kill(target === 'group' ? -pid : pid)) hits++;
    }
    await wait(pick([0, 0, 30]));
    if (!hasEnded(orch) && orch.kill('SIGKILL')) hits++;
    await endOf(orch);
  }
  await trial.finish();
  return {
    label: touched ? 'random, wrapper killed' : 'random, orch killed',
    hits,
    trial,
    touched,
  };
}

/** SIGKILL before each system call of an orch that starts a command. */
export const orchestrator: Mode = (workshop, trials, batch = 0) =>
  killedAtEachCall('orchestrator', trials, (n) =>
    Promise.resolve(
      n === undefined
        ? new Trial(workshop, `orchestrator-clean-${batch}`, 0.1)
        : new Trial(workshop, `orchestrator-${batch}-${n}`, n % 2 === 0 ? 0.1 : 0),
    ),
  );

/**
 * The first orch is killed early, the second before each of its system calls; a third one finishes.
 *
 * @public run.ts calls it by the name that it is given
 */
export const recoverer: Mode = (workshop, trials, batch = 0) =>
  killedAtEachCall('recoverer', trials, (n = 'clean') => abandoned(workshop, `recoverer-${batch}-${n}`, 0.3));

/** Kills the next orch of a trial before each of the calls that it makes in a trial without a number, left in peace. */
async function killedAtEachCall(
  who: string,
  trials: number,
  prepare: (n?: number) => Promise<Trial>,
): Promise<Result[]> {
  const clean = await prepare();
  await clean.traced([]);
  const jobs = sample(callsIn(clean, 'write(1, "code'), trials);
  return inLanes(
    jobs.map(([call, when], n) => async () => {
      const trial = await prepare(n);
      const killed = await trial.traced(injection(call, when, 'signal=KILL'));
      await trial.finish();
      return { label: `${who} at ${call}`, hits: Number(killed), trial, touched: false };
    }),
  );
}

/** The recoverer is held before each of its file calls, so that the command ends between any two looks. */
export const delay: Mode = async (workshop, trials, batch = 0) => {
  const clean = await abandoned(workshop, `delay-clean-${batch}`, 0.6);
  await clean.traced([]);
  const calls = callsIn(clean, 'write(1, "code').filter(
    ([call, when]) => ['openat', 'read', 'mkdir', 'readlink'].includes(call) && when <= 40,
  );
  return inLanes(
    sample(calls, trials).map(([call, when], n) => async () => {
      const trial = await abandoned(workshop, `delay-${batch}-${n}`, 0.6);
      await trial.traced(injection(call, when, 'delay_enter=700000'));
      await trial.finish();
      return { label: `recoverer held at ${call}`, hits: 1, trial, touched: false };
    }),
  );
};

/** The wrapper is killed before each of its system calls, while its orch lives and after it was killed. */
export const wrapper: Mode = async (workshop, trials, batch = 0) => {
  const calls = [
    'openat',
    'write',
    'dup2',
    'fcntl',
    'close',
    'rt_sigaction',
    'wait4',
    'clone',
    'vfork',
    'exit_group',
    'read',
    'dup',
  ];
  const jobs = sample(
    calls.flatMap((call) => [1, 2, 3, 4].map((when): Call => [call, when])),
    trials,
  );
  return inLanes(
    jobs.map(([call, when], n) => async () => {
      const isLive = n % 2 === 0;
      const trial = new Trial(workshop, `wrapper-${batch}-${n}`, 0.15);
      const orch = trial.start({ ORCH_STRESS_CALL: call, ORCH_STRESS_WHEN: String(when) });
      // Only the first attempt has the fault.
      if (isLive) await until(() => hasEnded(orch) || trial.journal().length > 1);
      else await until(() => hasEnded(orch) || trial.wrapperPid() !== undefined, 150);
      orch.kill('SIGKILL');
      await endOf(orch);
      await trial.finish();
      const killed = trial.lines('wrapper.trace').some((line) => line.includes('+++ killed by SIGKILL'));
      return {
        label: `wrapper at ${call}, ${isLive ? 'live' : 'orphaned'}`,
        hits: Number(killed),
        trial,
        touched: true,
      };
    }),
  );
};

type Call = readonly [call: string, when: number];

/** A run whose first orch was killed as soon as its command ran. */
async function abandoned(workshop: Workshop, name: string, seconds: number): Promise<Trial> {
  const trial = new Trial(workshop, name, seconds, true);
  const orch = trial.start();
  await until(() => hasEnded(orch) || trial.wrapperPid() !== undefined);
  orch.kill('SIGKILL');
  await endOf(orch);
  return trial;
}

/** The system calls of a traced run up to a line, each with its number. */
function callsIn(trial: Trial, last: string): Call[] {
  const text = readFileSync(join(trial.run, 'trace'), 'utf8');
  const counts = new Map<string, number>();
  return Array.from(text.slice(0, text.indexOf(last)).matchAll(/^(\w+)\(/gm), ([, call = '']): Call => {
    const when = (counts.get(call) ?? 0) + 1;
    counts.set(call, when);
    return [call, when];
  });
}

function injection(call: string, when: number, what: string): string[] {
  return ['-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`];
}

/** Evenly over the whole list. */
function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)]!);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
    return false;
  }
}

/** The same choices for the same number (mulberry32). */
function generator(seed: number): <T>(choices: readonly T[]) => T {
  let state = (seed + 1) * 0x9e3779b9;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return choices[((mixed ^ (mixed >>> 14)) >>> 0) % choices.length]!;
  };
}

async function inLanes<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) results.push(await jobs[at]!());
  };
  await Promise.all([lane(), lane(), lane()]);
  return results;
}
