import { chain } from '../packages/testkit/src/graphs.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { compareCommands, countCommandFlushes, treeMemoryNote } from './harness/commands.ts';

export const s8: Benchmark = {
  id: 's8',
  title: 'chain of 300 commands `true`, JSON; floor: a Node loop of spawn, one at a time',
  durability: 'orch: fdatasync before each command starts and before it counts as completed; the floor stores nothing',
  async run(context) {
    const plan = chain(context.quick ? 100 : 300);
    const times = plan.phases.length;
    const flushes = await countCommandFlushes({ plan, lanes: 1 }, context);
    return {
      figures: [
        ...(await compareCommands(
          { name: `${times} × true, state in memory`, where: 'memory', plan, lanes: 1, goal: 1.35 },
          context,
        )),
        ...(await compareCommands(
          { name: `${times} × true, state on disk`, where: 'disk', plan, lanes: 1, goal: 1.7 },
          context,
        )),
        flushes.figure,
      ],
      notes: [
        'CPU of the whole tree. The start of the process is a larger part of it than in s7: 300 commands share it, not 1,000.',
        treeMemoryNote,
        flushes.note,
      ],
    };
  },
};
