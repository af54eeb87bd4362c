import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from '../orch-process.ts';

const program = fileURLToPath(new URL('../../src/module/load-module.ts', import.meta.url));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** Imports a file in a process of its own, where nothing else is told when the process is idle. */
function load(text: string, options = '{}'): { readonly stdout: string; readonly stderr: string } {
  const file = ground.write('it.mts', text);
  const source = `import { loadModule } from ${JSON.stringify(program)};
import { tellIdle } from ${JSON.stringify(program.replace('module/load-module', 'idle'))};
process.on('beforeExit', () => void tellIdle());
const imported = await loadModule(${JSON.stringify(file)}, ${options});
process.stdout.write(JSON.stringify('thrown' in imported ? { thrown: String(imported.thrown) } : imported));
process.reallyExit(0);`;
  const args = ['--conditions=source', '--input-type=module', '-e', source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { stdout, stderr };
}

test('what a module exports, and what it throws', () => {
  expect(load('export default 1; export const a: number = 2;').stdout).toBe('{"exports":{"a":2,"default":1}}');
  expect(load('throw new Error("no");').stdout).toBe('{"thrown":"Error: no"}');
  expect(load('await Promise.resolve(); throw 3;').stdout).toBe('{"thrown":"3"}');
});

test('one that nothing can finish is known at once, one that goes on waiting after its time; who waits is told', () => {
  expect(load('await new Promise(() => {});')).toEqual({ stdout: '{"unfinished":"idle"}', stderr: '' });
  const waiting = 'setInterval(() => {}, 10); await new Promise(() => {});';
  const { stdout, stderr } = load(waiting, '{ tellAfterMs: 1, limitMs: 50 }');
  expect(stdout).toBe('{"unfinished":"late"}');
  expect(stderr).toMatch(/it\.mts has not finished importing after 0 seconds\. Ctrl-C ends orch\.\n/);
});

test('its console speaks to people; process.exit does not end the process', () => {
  const text =
    "console.log('words', { a: 1 }); console.table([1]); try { process.exit(0); } catch {} export default 1;";
  const { stdout, stderr } = load(text);
  expect(stdout).toBe('{"exports":{"default":1}}');
  expect(stderr).toMatch(/^words \{ a: 1 \}\n┌/);
});
