// A run remembers the file that it began with; `recover --plan` gives it another definition, from another file.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ended } from '../packages/cli/test/orch-process.ts';
import { ModuleGround, moduleHead as head } from './module-ground.ts';

let ground: ModuleGround;
beforeEach(() => {
  ground = new ModuleGround();
});
afterEach(() => ground[Symbol.dispose]());

const orch = (...args: readonly string[]): Promise<Ended> => ground.orch(...args);

/** One phase, which fails until there is a file `go`. */
function moduleOf(file: string, more = ''): void {
  ground.write(
    file,
    `${head}export default workflow('demo').phase('a', { ${more} run: () => { if (!existsSync('go')) throw new Error('no'); } });\n`,
  );
}

function planOf(file: string): void {
  ground.plan([{ name: 'a', command: 'test -e go' }], { name: file });
}

async function replanned(from: string, to: string): Promise<void> {
  expect((await orch('execute', from, '--run-id', 'one')).code).toBe(1);
  expect((await orch('recover', 'one', '--plan', to)).code).toBe(1);
  ground.write('go', '');
}

test('from a module to commands, it goes on without the module', async () => {
  moduleOf('plan.mts');
  planOf('other.json');
  await replanned('plan.mts', 'other.json');
  const { code, stderr } = await orch('recover', 'one');
  expect(stderr).not.toContain('plan.mts');
  expect(code).toBe(0);
});

test('from commands to a module, it says that the module has to be named again', async () => {
  planOf('plan.json');
  moduleOf('other.mts');
  await replanned('plan.json', 'other.mts');
  const { code, stderr } = await orch('recover', 'one');
  expect(stderr).toContain('Name the module that it was given again: orch recover one --plan FILE\n');
  expect(stderr).toContain('[ORCH_WORKFLOW_MISSING]');
  expect(code).toBe(2);
  expect((await orch('recover', 'one', '--plan', 'other.mts')).code).toBe(0);
});

test('from a module to another, it says that the other has to be named again', async () => {
  moduleOf('plan.mts');
  moduleOf('other.mts', "timeout: '5m',");
  await replanned('plan.mts', 'other.mts');
  const { code, stderr } = await orch('recover', 'one');
  expect(stderr).toContain('It was given another plan since. To go on by that: orch recover one --plan FILE\n');
  expect(code).toBe(2);
  expect((await orch('recover', 'one', '--plan', 'other.mts')).code).toBe(0);
});
