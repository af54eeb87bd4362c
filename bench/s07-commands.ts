import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { cpuOfChildrenMs, runNode, takeSample } from './harness/sample.ts';
import type { Usage } from './harness/sample.ts';
import { medianRatio } from './harness/statistics.ts';

const orch = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'orch.js');
const floor = join(import.meta.dirname, 'programs', 'commands-floor.ts');

interface Case {
  readonly name: string;
  readonly where: 'disk' | 'memory';
  readonly command: string;
  readonly times: number;
  readonly goal: number;
}

export const s7: Benchmark = {
  id: 's7',
  title: 'independent commands, 2 at once, JSON; floor: a Node loop of spawn(/bin/sh, [-c, command])',
  durability: 'orch: fdatasync before each command starts and before it counts as completed; the floor stores nothing',
  async run(context) {
    const times = context.quick ? 200 : 1_000;
    const busy = busyCommand(50);
    // Enough of them that the start of a process is little beside them.
    const busyTimes = context.quick ? 20 : 300;
    const cases: Case[] = [
      { name: `${times} × true, state in memory`, where: 'memory', command: 'true', times, goal: 1.35 },
      { name: `${times} × true, state on disk`, where: 'disk', command: 'true', times, goal: 1.7 },
      {
        name: `${busyTimes} × 50 ms of work, state on disk`,
        where: 'disk',
        command: busy,
        times: busyTimes,
        goal: 1.05,
      },
    ];
    const figures: Figure[] = [];
    for (const one of cases) figures.push(...(await compare(one, context)));
    return {
      figures,
      notes: ['CPU of the whole tree, start of Node included; memory of the Node process at its peak.'],
    };
  },
};

async function compare(
  { name, where, command, times, goal }: Case,
  { samples, scratch, progress }: BenchContext,
): Promise<Figure[]> {
  const used: { orch: Usage[]; floor: Usage[] } = { orch: [], floor: [] };
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${name}, sample ${sample} of ${samples}`);
    const folder = scratch(where);
    const base = await takeSample<number>({ args: [floor, String(times), command], cwd: folder });
    expectWork('floor', base.answer, times);
    used.floor.push(base);
    used.orch.push(await sampleOrch(folder, command, times));
  }
  const figure = (what: string, of: keyof Usage, limit?: number): Figure => {
    const raw = { orch: used.orch.map((it) => it[of]), floor: used.floor.map((it) => it[of]) };
    const value = medianRatio(raw.orch, raw.floor);
    return { name: `${name}: ${what}`, value, unit: 'x', ...(limit === undefined ? {} : { goal: limit }), raw };
  };
  return [figure('CPU', 'cpuMs', goal), figure('memory', 'memoryMiB', 1.4), figure('time', 'wallMs')];
}

async function sampleOrch(folder: string, command: string, times: number): Promise<Usage> {
  const phases = Array.from({ length: times }, (_, index) => ({ name: `p${index}`, command, depends_on: [] }));
  writeFileSync(join(folder, 'plan.json'), JSON.stringify({ workflow_id: 'commands', concurrency: 2, phases }));
  const { ORCH_STATE: _state, ...env } = process.env;
  const sample = await takeSample({
    args: [orch, 'execute', 'plan.json', '--run-id', 'bench', '--output', 'none'],
    cwd: folder,
  });
  const journal = await runNode([orch, 'events', 'bench'], { cwd: folder, env });
  expectWork('commands', journal.match(/"type":"phase\.completed"/g)?.length ?? 0, times);
  return sample;
}

/** A loop of sh that takes about so much CPU on this machine. */
function busyCommand(cpuMs: number): string {
  const loop = (turns: number): string => `i=0; while [ $i -lt ${turns} ]; do i=$((i+1)); done`;
  const turns = 2_000_000;
  const before = cpuOfChildrenMs();
  spawnSync('/bin/sh', ['-c', loop(turns)]);
  return loop(Math.round((turns * cpuMs) / (cpuOfChildrenMs() - before)));
}
