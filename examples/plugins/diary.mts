import { appendFileSync } from 'node:fs';
import type { Plugin } from '@orch/core/author';

/** Writes a line for each phase that ends, and one for each run. */
export default function diary({ file }: { readonly file: string }): Plugin {
  return {
    name: 'diary',
    contract: 1,
    apply({ hooks }) {
      hooks.onEvent.tap('diary', (event) => {
        if (event.type === 'phase.completed') appendFileSync(file, `${event.phase} is done\n`);
        if (event.type === 'run.completed') appendFileSync(file, 'all is done\n');
      });
    },
  };
}
