import { describe, expect, test } from 'vitest';
import type { Steps } from '../../src/protocol.ts';
import { explore } from './explore.ts';
import type { Exploration, Fact, Program, World } from './explore.ts';
import { MemoryDisk, ShortWrite, commitsIn, ownSegment, readingDisk, takingDisk } from './memory-disk.ts';
import type { ModelFile, ModelFiles } from './memory-disk.ts';
import { mutants, product } from './mutants.ts';
import type { Protocol } from './mutants.ts';

const start: ModelFiles = {
  segments: [
    undefined,
    {
      records: [
        { kind: 'owner', by: 'writer' },
        { kind: 'seal', ends: [], version: 0 },
      ],
      flushed: 2,
      nameFlushed: true,
    },
  ],
};

interface Entry {
  readonly id: string;
  readonly flush: boolean;
}

/** Appends until it is told that it lost the run, or a write fails. */
function* write(
  protocol: Protocol,
  world: Parameters<Program>,
  from: { epoch: number; version: number; entries: readonly Entry[]; notes: boolean },
): Steps<boolean> {
  const [at, tell] = world;
  let { version } = from;
  for (const { id, flush } of from.entries) {
    const record = { kind: 'commit', id, after: version } as const;
    try {
      if ((yield* protocol.append(ownSegment(at, from.epoch, record), flush)) === 'lost') return false;
    } catch (error) {
      if (!(error instanceof ShortWrite)) throw error;
      if (protocol.goesOnAfterFailure) continue;
      return false;
    }
    version++;
    tell({ fact: 'acknowledged', id: `${record.after}:${id}`, flushed: flush });
    if (flush && from.notes) yield () => at().note(from.epoch);
  }
  return true;
}

function writer(protocol: Protocol, entries: readonly Entry[], closes: boolean): Program {
  return function* (...world) {
    const done = yield* write(protocol, world, { epoch: 1, version: 0, entries, notes: true });
    try {
      if (done && closes) yield* protocol.append(ownSegment(world[0], 1, { kind: 'end' }), true);
    } catch (error) {
      if (!(error instanceof ShortWrite)) throw error;
    }
  };
}

/** Takes the run over from whoever holds it, and writes. */
function taker(protocol: Protocol, name: string, tries: number): Program {
  return function* (at, tell) {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const newest = (yield () => at().newest()) as number;
      const epoch = newest + 1;
      try {
        if ((yield* protocol.take(takingDisk(at, epoch, name), epoch)) === 'taken') continue;
      } catch (error) {
        if (!(error instanceof ShortWrite)) throw error;
        return;
      }
      tell({ fact: 'held', epoch });
      const seal = (yield () => {
        at().local = true;
        return at().scan(epoch)?.version ?? 0;
      }) as number;
      const entries = [{ id: name, flush: true }];
      yield* write(protocol, [at, tell], { epoch, version: seal, entries, notes: false });
      return;
    }
  };
}

function reader(protocol: Protocol, times: number): Program {
  return function* (at, tell) {
    for (let time = 1; time <= times; time++) {
      const { ends } = yield* protocol.settled(readingDisk(at));
      const commits = (yield () => {
        at().local = true;
        return commitsIn(at().files, ends);
      }) as readonly string[];
      tell({ fact: 'shown', commits });
    }
  };
}

/** What a run comes to when somebody takes it now, all others standing still. */
function outcome(files: ModelFiles): readonly string[] {
  const disk = new MemoryDisk(files);
  const epoch = disk.newest() + 1;
  finish(
    product.take(
      takingDisk(() => disk, epoch, 'judge'),
      epoch,
    ),
  );
  const { ends } = finish(product.settled(readingDisk(() => disk)));
  return commitsIn(disk.files, ends);
}

function finish<Result>(steps: Steps<Result>): Result {
  let next = steps.next();
  while (next.done !== true) next = steps.next(next.value());
  return next.value;
}

/** Everything that a power cut may leave: of each file, and of each name, what was not flushed is there or is not. */
function afterPowerCut({ segments }: ModelFiles): readonly ModelFiles[] {
  let left: (ModelFile | undefined)[][] = [[undefined]];
  for (const file of segments.slice(1)) {
    const ways: (ModelFile | undefined)[] = file === undefined ? [undefined] : waysOf(file);
    // Names above a missing one are out of reach: a segment is found by counting up.
    left = left.flatMap((before) =>
      ways.map((way) => (before.length > 1 && before.at(-1) === undefined ? before : [...before, way])),
    );
  }
  return left.map((one) => ({ segments: one.length > 1 && one.at(-1) === undefined ? one.slice(0, -1) : one }));
}

function waysOf(file: ModelFile): (ModelFile | undefined)[] {
  const ways: (ModelFile | undefined)[] = [];
  for (let kept = file.flushed; kept <= file.records.length; kept++)
    ways.push({ records: file.records.slice(0, kept), flushed: kept, nameFlushed: true });
  return file.nameFlushed ? ways : [...ways, undefined];
}

function judge({ files, lives }: World): string | undefined {
  const facts = lives.flatMap((life) => life.facts);
  const held = facts.flatMap((fact) => (fact.fact === 'held' ? [fact.epoch] : []));
  for (const fact of facts)
    if (fact.fact === 'held' && fact.newest > fact.epoch)
      return `epoch ${fact.epoch} is held after ${fact.newest} was taken`;
  if (new Set(held).size < held.length) return `epoch ${held.join(' and ')} is held twice`;
  const now = check(files, facts, 'all');
  if (now !== undefined) return now;
  for (const left of afterPowerCut(files)) {
    const verdict = check(left, facts, 'flushed');
    if (verdict !== undefined) return `after a power cut: ${verdict}`;
  }
  return undefined;
}

function check(files: ModelFiles, facts: readonly Fact[], what: 'all' | 'flushed'): string | undefined {
  let commits: readonly string[];
  try {
    commits = outcome(files);
  } catch (error) {
    return String(error);
  }
  const versions = commits.map((commit) => Number(commit.split(':')[0]));
  if (versions.some((version, index) => version !== index)) return `doubled: ${commits.join(' ')}`;
  for (const fact of facts)
    if (fact.fact === 'acknowledged' && (what === 'all' || fact.flushed)) {
      if (!commits.includes(fact.id)) return `acknowledged and lost: ${fact.id}`;
    } else if (
      fact.fact === 'shown' &&
      what === 'all' &&
      fact.commits.some((commit, index) => commits[index] !== commit)
    )
      return `shown and dropped: ${fact.commits.join(' ')}`;
  return undefined;
}

interface Scenario {
  readonly programs: (protocol: Protocol) => readonly Program[];
  readonly faults?: number;
  readonly statesAtLeast: number;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'two takers, a writer and a reader': {
    programs: (protocol) => [
      writer(protocol, [{ id: 'a', flush: true }], false),
      taker(protocol, 'x', 1),
      taker(protocol, 'y', 1),
      reader(protocol, 1),
    ],
    statesAtLeast: 400_000,
  },
  'writes that are cut off': {
    programs: (protocol) => [
      writer(
        protocol,
        [
          { id: 'a', flush: true },
          { id: 'b', flush: true },
        ],
        true,
      ),
      taker(protocol, 'x', 2),
      reader(protocol, 2),
    ],
    faults: 1,
    statesAtLeast: 70_000,
  },
};

function run(protocol: Protocol, { programs, faults = 0 }: Scenario): Exploration {
  return explore(start, programs(protocol), judge, faults);
}

describe('take, append, seal and read, in every order that they can come in', () => {
  for (const [name, scenario] of Object.entries(scenarios))
    test(
      name,
      () => {
        const { broken, states } = run(product, scenario);
        expect(broken).toBeUndefined();
        // Proof that it looked: an exploration that stops early finds nothing.
        expect(states).toBeGreaterThan(scenario.statesAtLeast);
      },
      120_000,
    );
});

describe('each other order is caught', () => {
  for (const [name, mutant] of Object.entries(mutants))
    test(
      name,
      () => {
        const verdicts = Object.values(scenarios)
          .toReversed()
          .values()
          .map((scenario) => run(mutant, scenario).broken);
        expect(verdicts.find((broken) => broken !== undefined)).toMatch(/lost|dropped|doubled|held|names/);
      },
      120_000,
    );
});
