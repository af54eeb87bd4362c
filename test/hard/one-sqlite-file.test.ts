// One file of journals for many orch of one machine, as a shared `sqlite:FILE` is used.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chain } from '../../packages/testkit/src/graphs.ts';
import { killBeside } from '../../scripts/trial/commands.ts';
import { judgeEvents, readEvents } from '../../scripts/trial/judge-run.ts';
import { OrchProcess, orchFromSources } from '../../scripts/trial/orch-process.ts';
import type { OrchPlace } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { oneSqliteFile } from '../../scripts/trial/trial-backend.ts';

const phases = 5;

/** The first command of a plan waits for the file. */
function gate(folder: string, file: string): void {
  const plan = join(folder, 'plan.json');
  writeFileSync(
    plan,
    readFileSync(plan, 'utf8').replace('sh ./step.sh', `until [ -e ${file} ]; do sleep 0.02; done; $&`),
  );
}

it('eight orch execute at once on one SQLite file each run their plan, right and clean', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'orch-one-file-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  using workload = ownWorkload(chain(phases), { phaseMs: 0 });
  const backend = oneSqliteFile(join(parent, 'orch.db'));
  const trials = Array.from({ length: 8 }, (_, index) => {
    const place: OrchPlace = { program: orchFromSources, folder: workload.prepare(), trial: randomUUID(), backend };
    gate(place.folder, '../go');
    return { id: `run-${index}`, place };
  });
  try {
    const started = trials.map(({ id, place }) => new OrchProcess(place, ['execute', 'plan.json', '--run-id', id]));
    // One that ended too early has failed, and says why below.
    await Promise.all(started.map((orch) => Promise.race([orch.firstAttempt, orch.ended])));
    writeFileSync(join(dirname(trials[0]!.place.folder), 'go'), '');
    const ends = await Promise.all(started.map(({ ended }) => ended));
    expect(ends).toEqual(ends.map(() => ({ exitCode: 0, signal: null, stderr: '', hung: false })));
    for (const [index, { id, place }] of trials.entries()) {
      const { printed } = started[index]!;
      const events = await readEvents(backend.backendOf(place.folder), id);
      expect(await judgeEvents(place, workload, { mode: 'orch', events, printed })).toMatchObject({
        acknowledged: phases,
        faults: [],
      });
      expect(workload.check(place.folder)).toEqual({ right: true, clean: true, faults: [] });
    }
    const done = started.map(({ printed }) =>
      printed.filter(({ type }) => type === 'phase.completed').map((it) => it.at),
    );
    // All of them wrote at one time.
    expect(Math.max(...done.map((times) => times[0]!))).toBeLessThan(Math.min(...done.map((times) => times.at(-1)!)));
  } finally {
    for (const { place } of trials) killBeside('tree', place);
  }
});
