// One file of journals for many orch of one machine, as a shared `sqlite:FILE` is used.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { chain } from '../../packages/testkit/src/graphs.ts';
import { killBeside } from '../../scripts/trial/commands.ts';
import { judgeEvents, readEvents } from '../../scripts/trial/judge-run.ts';
import { OrchProcess, builtOrch } from '../../scripts/trial/orch-process.ts';
import type { OrchPlace } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { oneSqliteFile } from '../../scripts/trial/trial-backend.ts';

const phases = 5;

/** The first command of a plan waits for the file `go`, the last one for `end`. */
function gate(folder: string): void {
  const plan = join(folder, 'plan.json');
  const waitFor = (file: string): string => `until [ -e ../${file} ]; do sleep 0.02; done; `;
  const steps = readFileSync(plan, 'utf8').split(step);
  const gated = steps.map((text, index) => {
    if (index === 0) return text;
    const file = index === 1 ? 'go' : index === phases ? 'end' : undefined;
    return `${file === undefined ? '' : waitFor(file)}${step}${text}`;
  });
  writeFileSync(plan, gated.join(''));
}

const step = 'sh ./step.sh';

function completedOf(orch: OrchProcess): number {
  return orch.printed.filter(({ type }) => type === 'phase.completed').length;
}

it('eight orch execute at once on one SQLite file each run their plan, right and clean', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'orch-one-file-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  using workload = ownWorkload(chain(phases), { phaseMs: 0 });
  const backend = oneSqliteFile(join(parent, 'orch.db'));
  const trials = Array.from({ length: 8 }, (_, index) => {
    const place: OrchPlace = { program: builtOrch, folder: workload.prepare(), trial: randomUUID(), backend };
    gate(place.folder);
    return { id: `run-${index}`, place };
  });
  try {
    const started = trials.map(({ id, place }) => new OrchProcess(place, ['execute', 'plan.json', '--run-id', id]));
    // One that ended too early has failed, and says why below.
    await Promise.all(started.map((orch) => Promise.race([orch.firstAttempt, orch.ended])));
    const open = (file: string): void => writeFileSync(join(dirname(trials[0]!.place.folder), file), '');
    open('go');
    // All of them write at one time: none may end before each is about to.
    const hasEnded = await Promise.race([
      Promise.all(started.map(({ ended }) => ended)),
      until(
        () => started.every((orch) => completedOf(orch) === phases - 1),
        () => `all to come to their last phase: ${started.map(completedOf).join(', ')}`,
      ),
    ]);
    expect(hasEnded).toBeUndefined();
    open('end');
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
  } finally {
    for (const { place } of trials) killBeside('tree', place);
  }
});
