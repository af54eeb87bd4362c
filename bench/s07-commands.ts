import { spawnSync } from 'node:child_process';
import { islands } from '../packages/testkit/src/graphs.ts';
import type { PlanObject } from '../packages/testkit/src/graphs.ts';
import type { Benchmark, Figure } from './harness/benchmark.ts';
import { compareCommands, countCommandFlushes, treeMemoryNote } from './harness/commands.ts';
import type { CommandsCase } from './harness/commands.ts';
import { cpuOfChildrenMs } from './harness/sample.ts';

export const s7: Benchmark = {
  id: 's7',
  title: 'independent commands, 2 at once, JSON; floor: a Node loop of spawn(/bin/sh, [-c, command])',
  durability: 'orch: fdatasync before each command starts and before it counts as completed; the floor stores nothing',
  async run(context) {
    const times = context.quick ? 200 : 1_000;
    const busy = busyCommand(50);
    // Enough of them that the start of a process is little beside them.
    const busyTimes = context.quick ? 20 : 300;
    const plan = (count: number, command: string): PlanObject => islands(count, 1, { command: () => command });
    const cases: readonly Omit<CommandsCase, 'lanes'>[] = [
      { name: `${times} × true, state in memory`, where: 'memory', plan: plan(times, 'true'), goal: 1.35 },
      { name: `${times} × true, state on disk`, where: 'disk', plan: plan(times, 'true'), goal: 1.7 },
      {
        name: `${busyTimes} × 50 ms of work, state on disk`,
        where: 'disk',
        plan: plan(busyTimes, busy),
        goal: 1.05,
      },
    ];
    const figures: Figure[] = [];
    for (const one of cases) figures.push(...(await compareCommands({ ...one, lanes: 2 }, context)));
    const flushes = await countCommandFlushes({ plan: plan(times, 'true'), lanes: 2 }, context);
    return {
      figures: [...figures, flushes.figure],
      notes: ['CPU of the whole tree, start of Node included.', treeMemoryNote, flushes.note],
    };
  },
};

/** A loop of sh that takes about so much CPU on this machine. */
function busyCommand(cpuMs: number): string {
  const loop = (turns: number): string => `i=0; while [ $i -lt ${turns} ]; do i=$((i+1)); done`;
  const turns = 2_000_000;
  const before = cpuOfChildrenMs();
  spawnSync('/bin/sh', ['-c', loop(turns)]);
  return loop(Math.round((turns * cpuMs) / (cpuOfChildrenMs() - before)));
}
