// Disks that are really full: a small tmpfs that others fill, or the run itself, or its commands.
import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@orch/core';
import { describe, expect, it } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { durable, startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import type { RedisServer } from '../../packages/backend-redis/test/redis-server.ts';
import { chain } from '../../packages/testkit/src/graphs.ts';
import type { PlanObject } from '../../packages/testkit/src/graphs.ts';
import { killBeside } from '../../scripts/trial/commands.ts';
import { judgeJournal, judgePrinted } from '../../scripts/trial/judge-journal.ts';
import { judgeRun, readEvents, runId } from '../../scripts/trial/judge-run.ts';
import type { Judged } from '../../scripts/trial/judge-run.ts';
import { inLanes } from '../../scripts/trial/lanes.ts';
import { OrchProcess, builtOrch } from '../../scripts/trial/orch-process.ts';
import { jsonFiles, oneRedis, oneSqliteFile } from '../../scripts/trial/trial-backend.ts';
import type { TrialBackend } from '../../scripts/trial/trial-backend.ts';
import type { OrchEnd, OrchPlace } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { SmallDisk } from './faults/small-disk.ts';
import { available } from './need.ts';

/** How an orch ended that met a full disk. */
type FullEnd = OrchEnd & { readonly printed: readonly RunEvent[] };

/** What of a run lies on the small disk, and how it shows that it is full. */
interface Kept {
  /** Some of them stop the making of the run, some the journal, some the files of an attempt. */
  readonly kilobytesLeft: readonly number[];
  /** A disk that a run of so many phases fills by itself. */
  readonly own: { readonly kilobytes: number; readonly phases: number };
  readonly words: RegExp;
  readonly hint: RegExp;
  readonly backendOn: (disk: SmallDisk) => TrialBackend;
  readonly options?: (disk: SmallDisk) => readonly string[];
}

const kinds: Readonly<Record<'json' | 'sqlite', Kept>> = {
  /** All of it. */
  json: {
    kilobytesLeft: [0, 6, 12, 16, 20, 28, 36, 44],
    own: { kilobytes: 120, phases: 40 },
    words: /ENOSPC: no space left on device/,
    hint: /Free some disk space, then recover the run\./,
    backendOn: (disk) => ({ ...jsonFiles, backendOf: () => jsonFiles.backendOf(disk.seen) }),
    options: (disk) => ['--state-dir', join(disk.folder, '.orch')],
  },
  /** The file of the journals, and SQLite's own beside it. */
  sqlite: {
    kilobytesLeft: [0, 16, 100, 140, 180],
    own: { kilobytes: 220, phases: 16 },
    words: /\(SQLITE_FULL\)|\(SQLITE_IOERR_SHMSIZE\)/,
    hint: /Free some disk space, then recover the run\.|a full disk, a quota, or a failing one/,
    backendOn: (disk) => ({
      ...oneSqliteFile(join(disk.folder, 'orch.db')),
      backendOf: (folder) => oneSqliteFile(copyOut(disk, folder)).backendOf(folder),
    }),
  },
};

/** SQLite resolves links before it opens a file, and so does not find what only `seen` leads to. */
function copyOut(disk: SmallDisk, folder: string): string {
  for (const name of readdirSync(disk.seen).filter((it) => /^orch\.db(-wal)?$/.test(it)))
    copyFileSync(join(disk.seen, name), join(folder, name));
  return join(folder, 'orch.db');
}

interface Filling {
  readonly kept: Kept;
  readonly disk: SmallDisk;
  readonly plan: PlanObject;
  /** Makes room. */
  readonly free: () => void;
}

/** Runs a plan whose state lies on a small disk, frees the disk, recovers, and judges. */
async function fullThenFree({ kept, disk, plan, free }: Filling): Promise<FullEnd> {
  using workload = ownWorkload(plan, { phaseMs: 0 });
  const place: OrchPlace = {
    program: builtOrch,
    folder: workload.prepare(),
    trial: randomUUID(),
    backend: kept.backendOn(disk),
  };
  const all: OrchProcess[] = [];
  const run = (...args: readonly string[]): Promise<OrchEnd> => {
    all.push(new OrchProcess(place, [...args, ...(kept.options?.(disk) ?? [])], disk.through(place.folder)));
    return all.at(-1)!.ended;
  };
  try {
    const full = await run('execute', 'plan.json', '--run-id', runId);
    const printed = all.flatMap((orch) => orch.printed);
    free();
    let end = full.exitCode === 0 ? full : await run('recover', runId);
    if (end.exitCode === 3) end = await run('execute', 'plan.json', '--run-id', runId);
    expect(end).toMatchObject({ exitCode: 0 });
    const verdict = await judgeRun(place, workload, {
      printed: all.flatMap((orch) => orch.printed),
      killed: false,
    });
    expect(verdict).toMatchObject({ acknowledged: plan.phases.length, faults: [] });
    return { ...full, printed };
  } finally {
    killBeside('tree', place);
  }
}

describe.runIf(available('tmpfs')).each(Object.entries(kinds))('a full disk under %s', (_kind, kept) => {
  it('that others filled stops the run, which is recovered once there is room', async () => {
    const ends = await inLanes(kept.kilobytesLeft, 6, async (kilobytes) => {
      using disk = await SmallDisk.mounted(1024);
      disk.fill(kilobytes * 1024);
      return await fullThenFree({ kept, disk, plan: chain(8), free: () => disk.empty() });
    });
    for (const end of ends) expectClear(kept, end);
    expect(ends.filter(({ exitCode }) => exitCode === 5).length).toBeGreaterThan(3);
    expect(ends.some(({ printed }) => printed.some(({ type }) => type === 'phase.completed'))).toBe(true);
  });

  it('that the run filled by itself does, too', async () => {
    using disk = await SmallDisk.mounted(kept.own.kilobytes);
    const end = await fullThenFree({ kept, disk, plan: chain(kept.own.phases), free: () => disk.resize(4096) });
    expectClear(kept, end);
    expect(end.printed.filter(({ type }) => type === 'phase.completed').length).toBeGreaterThan(5);
  });
});

describe.runIf(available('tmpfs') && available('redis'))('a full disk under Redis', () => {
  interface Stage {
    readonly disk: SmallDisk;
    readonly server: RedisServer;
    readonly start: (...args: readonly string[]) => OrchProcess;
    /** What is wrong with the run; it is over. */
    readonly judge: () => Promise<Judged>;
  }

  const phases = 20;

  async function withFullDisk(settings: readonly string[], test: (stage: Stage) => Promise<void>): Promise<void> {
    using disk = await SmallDisk.mounted(1024);
    const server = await startRedis(settings, { folder: disk.folder, through: disk.through(disk.folder) });
    using workload = ownWorkload(chain(phases), { phaseMs: 0 });
    const backend = oneRedis(server.url);
    const place: OrchPlace = { program: builtOrch, folder: workload.prepare(), trial: randomUUID(), backend };
    const all: OrchProcess[] = [];
    disk.fill(8 * 1024);
    try {
      await test({
        disk,
        server,
        start: (...args) => all[all.push(new OrchProcess(place, args)) - 1]!,
        judge: () => judgeRun(place, workload, { printed: all.flatMap(({ printed }) => printed), killed: true }),
      });
    } finally {
      killBeside('tree', place);
      await server.stop();
    }
  }

  const completed = ({ printed }: OrchProcess): number =>
    printed.filter(({ type }) => type === 'phase.completed').length;

  it('ends a server that flushes each commit; room is made, it is started again, and the run goes on', async () => {
    await withFullDisk(durable, async ({ disk, server, start, judge }) => {
      const orch = start('execute', 'plan.json', '--run-id', runId);
      await Promise.all([server.ended(), orch.says(/has been away since/)]);
      expect(completed(orch)).toBeGreaterThan(2);
      expect(completed(orch)).toBeLessThan(phases);
      disk.empty();
      await server.restart();
      expect(await orch.ended).toMatchObject({ exitCode: 0 });
      expect(await judge()).toMatchObject({ acknowledged: phases, faults: [] });
    });
  });

  it('makes a server that flushes each second refuse; orch says what to do, and recover goes on', async () => {
    await withFullDisk(['--appendonly', 'yes', '--appendfsync', 'everysec'], async ({ disk, server, start, judge }) => {
      const orch = start('execute', 'plan.json', '--run-id', runId);
      const { exitCode, stderr } = await orch.ended;
      expect([exitCode, stderr]).toEqual([5, expect.stringMatching(/refused: MISCONF .*No space left on device/)]);
      expect(stderr).toContain('Look into its log, free some space, then recover the run.');
      expect(stderr).not.toMatch(/^ +at /m);
      expect(completed(orch)).toBeGreaterThan(2);
      disk.empty();
      const client = server.client();
      // It tries again each second, and tells nobody who does not ask.
      await until(
        async () => (await client.info('persistence')).includes('aof_last_write_status:ok'),
        () => 'the server to write its log again',
      );
      expect(await start('recover', runId).ended).toMatchObject({ exitCode: 0 });
      expect(await judge()).toMatchObject({ acknowledged: phases, faults: [] });
    });
  });
});

describe.runIf(available('tmpfs'))('a command that fills the disk', () => {
  it.for([
    ['by what it prints', 'head -c 400000 /dev/zero'],
    ['by what it writes into its folder', 'head -c 400000 /dev/zero >data'],
  ])('%s fails or stops the run, and is done once there is room', async ([, command = '']) => {
    using disk = await SmallDisk.mounted(300);
    const place: OrchPlace = {
      program: builtOrch,
      folder: disk.seen,
      trial: randomUUID(),
      backend: jsonFiles,
    };
    const phases = ['before', 'fills', 'after'].map((name) => ({
      name,
      command: name === 'fills' ? command : `echo ${name} >>effects`,
    }));
    writeFileSync(join(disk.seen, 'plan.json'), JSON.stringify({ workflow_id: 'w', concurrency: 1, phases }));
    const all: OrchProcess[] = [];
    const run = (...args: readonly string[]): Promise<OrchEnd> => {
      all.push(new OrchProcess(place, args, disk.through(disk.folder)));
      return all.at(-1)!.ended;
    };
    const full = await run('execute', 'plan.json', '--run-id', runId);
    expect([1, 5]).toContain(full.exitCode);
    expect(full.stderr).not.toMatch(/^ +at /m);
    disk.resize(4096);
    expect(await run('recover', runId)).toMatchObject({ exitCode: 0 });
    const events = await readEvents(jsonFiles.backendOf(disk.seen));
    expect(judgeJournal(events)).toEqual([]);
    expect(
      judgePrinted(
        events,
        all.flatMap(({ printed }) => printed),
      ),
    ).toEqual([]);
    expect(readFileSync(join(disk.seen, 'effects'), 'utf8')).toMatch(/^before\n(after\n)+$/);
  });
});

/** No stack trace, and words that say what the matter is; no phase is to blame. */
function expectClear({ words, hint }: Kept, { exitCode, stderr, printed }: FullEnd): void {
  expect(stderr).not.toMatch(/^ +at /m);
  expect(printed.filter((event) => event.type === 'phase.failed')).toEqual([]);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(words);
  expect(stderr).toMatch(hint);
}
