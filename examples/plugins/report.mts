import { readFile, writeFile } from 'node:fs/promises';
import { workflow } from '@orch/core';
import { command } from '@orch/plugin-command';
import { z } from 'zod';

export default workflow('report', { inputs: z.object({ title: z.string(), most: z.number().default(3) }) })
  .phase('sort', { run: command('mkdir -p .scratch && sort words.txt >.scratch/sorted') })
  .phase('count', {
    dependsOn: ['sort'],
    run: async ({ inputs }) => {
      const words = (await readFile('.scratch/sorted', 'utf8')).trimEnd().split('\n');
      const counts = Object.groupBy(words, (word) => word);
      return Object.entries(counts)
        .map(([word, found = []]) => ({ word, times: found.length }))
        .toSorted((one, other) => other.times - one.times)
        .slice(0, inputs.most);
    },
  })
  .phase('write', {
    dependsOn: ['count'],
    run: async ({ inputs, outputs }) => {
      const lines = outputs.count.map(({ word, times }) => `${times} ${word}`);
      await writeFile('.scratch/report', [inputs.title, ...lines, ''].join('\n'));
    },
  });
