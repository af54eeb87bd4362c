// Disks that are really full: a small tmpfs that others fill, or the run itself, or its commands.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@orch/core';
import { describe, expect, it } from 'vitest';
import { chain } from '../../packages/testkit/src/graphs.ts';
import type { PlanObject } from '../../packages/testkit/src/graphs.ts';
import { killBeside } from '../../scripts/trial/commands.ts';
import { judgeJournal, judgePrinted } from '../../scripts/trial/judge-journal.ts';
import { judgeRun, readEvents, runId } from '../../scripts/trial/judge-run.ts';
import { inLanes } from '../../scripts/trial/lanes.ts';
import { OrchProcess, orchFromSources } from '../../scripts/trial/orch-process.ts';
import { jsonFiles } from '../../scripts/trial/trial-backend.ts';
import type { OrchEnd, OrchPlace } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { SmallDisk } from './faults/small-disk.ts';
import { available } from './need.ts';

/** How an orch ended that met a full disk. */
type FullEnd = OrchEnd & { readonly printed: readonly RunEvent[] };

interface Filling {
  readonly disk: SmallDisk;
  readonly plan: PlanObject;
  /** Makes room. */
  readonly free: () => void;
}

/** Runs a plan whose state lies on a small disk, frees the disk, recovers, and judges. */
async function fullThenFree({ disk, plan, free }: Filling): Promise<FullEnd> {
  using workload = ownWorkload(plan, { phaseMs: 0 });
  const place: OrchPlace = {
    program: orchFromSources,
    folder: workload.prepare(),
    trial: randomUUID(),
    backend: jsonFiles,
  };
  const all: OrchProcess[] = [];
  const run = (...args: readonly string[]): Promise<OrchEnd> => {
    all.push(new OrchProcess(place, [...args, '--state-dir', join(disk.folder, '.orch')], disk.through(place.folder)));
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
      journal: jsonFiles.backendOf(disk.seen),
    });
    expect(verdict).toMatchObject({ acknowledged: plan.phases.length, faults: [] });
    return { ...full, printed };
  } finally {
    killBeside('tree', place);
  }
}

/** Some of them stop the making of the run, some the journal, some the files of an attempt. */
const kilobytesLeft = [0, 6, 12, 16, 20, 28, 36, 44];

describe.runIf(available('tmpfs'))('a full disk', () => {
  it('that others filled stops the run, which is recovered once there is room', async () => {
    const ends = await inLanes(kilobytesLeft, 6, async (kilobytes) => {
      using disk = await SmallDisk.mounted(1024);
      disk.fill(kilobytes * 1024);
      return await fullThenFree({ disk, plan: chain(8), free: () => disk.empty() });
    });
    for (const end of ends) expectClear(end);
    expect(ends.filter(({ exitCode }) => exitCode === 5).length).toBeGreaterThan(3);
    expect(ends.some(({ printed }) => printed.some(({ type }) => type === 'phase.completed'))).toBe(true);
  });

  it('that the run filled by itself does, too', async () => {
    using disk = await SmallDisk.mounted(120);
    const end = await fullThenFree({ disk, plan: chain(40), free: () => disk.resize(1024) });
    expectClear(end);
    expect(end.printed.filter(({ type }) => type === 'phase.completed').length).toBeGreaterThan(5);
  });
});

describe.runIf(available('tmpfs'))('a command that fills the disk', () => {
  it.for([
    ['by what it prints', 'head -c 400000 /dev/zero'],
    ['by what it writes into its folder', 'head -c 400000 /dev/zero >data'],
  ])('%s fails or stops the run, and is done once there is room', async ([, command = '']) => {
    using disk = await SmallDisk.mounted(300);
    const place: OrchPlace = {
      program: orchFromSources,
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
function expectClear({ exitCode, stderr, printed }: FullEnd): void {
  expect(stderr).not.toMatch(/^ +at /m);
  expect(printed.filter((event) => event.type === 'phase.failed')).toEqual([]);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/ENOSPC: no space left on device/);
  expect(stderr).toContain('Free some disk space, then recover the run.');
}
