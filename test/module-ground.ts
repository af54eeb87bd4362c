import { realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Playground } from '../packages/cli/test/orch-process.ts';
import type { OrchProcess } from '../packages/cli/test/orch-process.ts';

const root = join(import.meta.dirname, '..');

/** A folder with orch's packages installed in it, where the command line runs as it is published: with its own copy of core. */
export class ModuleGround extends Playground {
  constructor() {
    super();
    this.write('node_modules/@orch/.keep', '');
    for (const name of ['core', 'plugin-command', 'plugin-retry'])
      symlinkSync(join(root, 'packages', name), this.path('node_modules/@orch', name));
    symlinkSync(realpathSync(join(root, 'node_modules/zod')), this.path('node_modules/zod'));
  }

  built(args: readonly string[], env: Readonly<Record<string, string>> = {}): OrchProcess {
    return this.start(args, { env });
  }
}

/**
 * What modules of tests begin with. `did` leaves a line in the file `did`; `made` waits for a file; `forEver` is what only
 * the end of its process ends.
 */
export const moduleHead = `import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflow } from '@orch/core';
import { command } from '@orch/plugin-command';
const did = (what: string): void => appendFileSync('did', what + '\\n');
const made = async (file: string): Promise<void> => {
  while (!existsSync(file)) await sleep(10);
};
const forEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 60_000));
`;
