import { chmod, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePlanText, readPlan } from '@orch/plan';
import { chain, fan, islands, ladder, layers } from '../../testkit/src/graphs.ts';
import { plugins } from './plugins.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const plan = '{"workflow_id": "w", "state_backend": "sqlite", "phases": [{"name": "a", "command": "ü"}]}';
const codes = async (path: string): Promise<string[]> =>
  (await readPlan(path, { plugins })).findings.map((it) => it.code);

test('a plan file', async () => {
  const file = await write('good.plan.json', plan);
  const reading = await readPlan(file, { plugins });
  expect(reading).toMatchObject({ findings: [], stateBackend: 'sqlite', text: plan, file, plan: JSON.parse(plan) });
  expect(reading.workflow?.definition.spec).toMatchObject({
    id: 'w',
    phases: [{ name: 'a', options: { command: 'ü' } }],
  });
});

test('any other ending is read as JSON', async () => {
  expect(await codes(await write('plan', plan))).toEqual([]);
});

test('the ending says how it is written, in capitals too', async () => {
  const yaml = 'workflow_id: w\nphases: [{name: a, command: ü}] # done\n';
  for (const name of ['plan.yaml', 'plan.yml', 'PLAN.YAML']) expect(await codes(await write(name, yaml))).toEqual([]);
  expect(await codes(await write('plan.jsonc', `// why\n${plan}`))).toEqual([]);
  const [finding] = (await readPlan(await write('yaml.json', yaml), { plugins })).findings;
  expect(finding).toMatchObject({ code: 'ORCH_PLAN_SYNTAX', hint: expect.stringContaining('.yaml') });
});

test('without plugins a plan says which one it lacks', async () => {
  const { findings } = await readPlan(await write('plugins.json', plan));
  expect(findings).toMatchObject([
    { code: 'ORCH_PLAN_UNKNOWN_KEY', hint: expect.stringContaining('@orch/plugin-command') },
  ]);
});

describe('files that are no plans', () => {
  test.each(['plan.mts', 'plan.ts', 'plan.mjs'])('%s', async (name) => {
    expect(await codes(join(folder, name))).toEqual(['ORCH_PLAN_NOT_SUPPORTED']);
  });
  test('not there, a folder, under a file', async () => {
    const file = await write('file.json', plan);
    for (const path of [join(folder, 'none.json'), folder, join(file, 'x.json')])
      expect(await codes(path)).toEqual(['ORCH_PLAN_NOT_FOUND']);
  });
  test('not allowed', async () => {
    const file = await write('secret.json', plan);
    await chmod(file, 0);
    // Nothing is forbidden to root: be somebody else for the moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await codes(file)).toEqual(['ORCH_PLAN_NOT_FOUND']);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
  test('there, but the machine fails to read it', async () => {
    await symlink('/proc/self/mem', join(folder, 'failing.json'));
    const { findings } = await readPlan(join(folder, 'failing.json'));
    expect(findings).toMatchObject([
      { code: 'ORCH_PLAN_UNREADABLE', message: expect.stringMatching(/failing\.json could not be read: EIO/) },
    ]);
  });
  test('a name that is too long, and a link to itself', async () => {
    await symlink('loop.json', join(folder, 'loop.json'));
    for (const path of [join(folder, 'loop.json'), join(folder, `${'n'.repeat(300)}.json`)])
      expect(await codes(path)).toEqual(['ORCH_PLAN_NOT_FOUND']);
  });
  test('more than 64 MiB, and a file without an end', async () => {
    const file = await write('large.json', '');
    await truncate(file, 64 * 2 ** 20 + 1);
    expect(await codes(file)).toEqual(['ORCH_PLAN_LIMIT']);
    expect(await codes('/dev/zero')).toEqual(['ORCH_PLAN_LIMIT']);
  });
  test('empty', async () => {
    expect(await codes(await write('empty.json', ''))).toEqual(['ORCH_PLAN_SYNTAX']);
  });
});

describe('encodings', () => {
  const utf16 = Buffer.from(plan, 'utf16le');
  test.each<[string, Uint8Array, RegExp, number]>([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${plan}`), /byte order mark/, 1],
    ['UTF-16 with a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), /UTF-16/, 1],
    [
      'UTF-16, big end first, with a byte order mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
      /UTF-16/,
      1,
    ],
    ['UTF-16 without', utf16, /UTF-16/, 1],
    ['UTF-16, big end first, without', Buffer.from(utf16).swap16(), /UTF-16/, 1],
    ['UTF-32', Buffer.from([0, 0, 0, 0x7b]), /UTF-32/, 1],
    ['Latin-1', Buffer.from(plan, 'latin1'), /not UTF-8/, plan.indexOf('ü') + 1],
    [
      'a good U+FFFD before a bad byte',
      Buffer.concat([Buffer.from('{"\ufffd😀'), Buffer.from([0xff])]),
      /not UTF-8/,
      6,
    ],
    [
      'cut in the middle of a character',
      Buffer.from(plan).subarray(0, Buffer.from(plan).indexOf('ü') + 1),
      /not UTF-8/,
      plan.indexOf('ü') + 1,
    ],
  ])('%s', (_, bytes, message, column) => {
    const { findings, workflow } = parsePlanText(bytes, { plugins });
    expect(workflow).toBeUndefined();
    expect(findings).toMatchObject([
      { code: 'ORCH_PLAN_SYNTAX', message: expect.stringMatching(message), line: 1, column },
    ]);
  });
});

test('a plan that is cut off anywhere is refused, and nothing throws', () => {
  for (let end = 0; end < plan.length; end++) {
    const { findings, workflow } = parsePlanText(plan.slice(0, end), { plugins });
    expect(workflow).toBeUndefined();
    expect(findings).toMatchObject([{ code: 'ORCH_PLAN_SYNTAX' }]);
  }
});

test.each([chain(100, { command: (name) => `echo ${name}` }), fan(100), layers(10, 10), ladder(100), islands(10, 10)])(
  'the graph $workflow_id',
  (graph) => {
    const { findings, workflow } = parsePlanText(JSON.stringify(graph), { plugins });
    expect(findings).toEqual([]);
    expect(workflow?.definition.spec.phases).toHaveLength(graph.phases.length);
  },
);

test('100,000 phases, each with a mistake: the first 10,000 are placed', () => {
  const { phases } = chain(100_000);
  const text = JSON.stringify({ workflow_id: 'w', phases: phases.map((it) => ({ ...it, comand: 1 })) }, null, 1);
  const { findings } = parsePlanText(text, { plugins });
  expect(findings).toHaveLength(10_001);
  expect(findings[0]).toMatchObject({
    code: 'ORCH_PLAN_LIMIT',
    message: expect.stringMatching(/^There are 90000 more/),
  });
  expect(text.slice(findings.at(-1)!.offset).startsWith('"comand"')).toBe(true);
});
