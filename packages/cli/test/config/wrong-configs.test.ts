import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from '../orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

interface Wrong {
  readonly title: string;
  /** Text of `orch.config.json`, unless the name ends otherwise. */
  readonly files: Readonly<Record<string, string>>;
  /** `code line:column` of each finding; none: the error itself has the code. */
  readonly findings: readonly string[];
  readonly says: RegExp;
}

const inJson = (title: string, text: string, findings: readonly string[], says: RegExp): Wrong => ({
  title,
  files: { 'orch.config.json': text },
  findings,
  says,
});

const inModule = (title: string, text: string, findings: readonly string[], says: RegExp): Wrong => ({
  title,
  files: { 'orch.config.mts': text },
  findings,
  says,
});

/** A config that lists one package, and that package. */
const withPlugin = (title: string, code: string, findings: readonly string[], says: RegExp): Wrong => ({
  title,
  files: {
    'orch.config.json': '{ "plugins": ["own"] }',
    'node_modules/orch-plugin-own/package.json':
      '{ "name": "orch-plugin-own", "type": "module", "exports": "./index.js" }',
    'node_modules/orch-plugin-own/index.js': code,
  },
  findings,
  says,
});

const texts: readonly Wrong[] = [
  inJson('an empty file', '', ['INVALID 1:1'], /file is empty/),
  inJson('a comment', '{\n  // why\n}', ['INVALID 2:3'], /strict JSON.*orch\.config\.mts/),
  inJson('a key twice', '{ "plugins": [], "plugins": [] }', ['INVALID 1:18'], /stands in this object already/),
  inJson('a list', '[]', ['INVALID 1:1'], /A config is an object/),
  inJson('a misspelt key', '{\n  "plugin": []\n}', ['INVALID 2:3'], /Did you mean plugins\?/),
  inJson(
    'the key of the other form',
    '{ "defaults": { "stateDir": "x" } }',
    ['INVALID 1:17'],
    /Did you mean state_dir\?/,
  ),
  inJson(
    'keys of defaults outside of it, one misspelt, one of the other form',
    '{ "concurency": 3, "stateDir": "x" }',
    ['INVALID 1:3', 'INVALID 1:20'],
    /Did you mean concurrency, in defaults\?[^]*Did you mean state_dir, in defaults\?/,
  ),
  inJson('no such backend', '{ "backend": "mysql:x" }', ['INVALID 1:14'], /names no backend that there is: "mysql"/),
  inJson(
    'a backend named as a kind',
    '{ "backends": { "sqlite": "json" } }',
    ['INVALID 1:27'],
    /can't be the name of a backend/,
  ),
  inJson('a backend that is a number', '{ "backends": { "team": 3 } }', ['INVALID 1:25'], /It must be text, not 3/),
  inJson(
    'defaults of wrong types, all at once',
    '{ "defaults": { "state_dir": "", "concurrency": 0, "output": "loud" } }',
    ['INVALID 1:30', 'INVALID 1:49', 'INVALID 1:62'],
    /must be the path of a folder, not an empty text\.[^]*from 1 up, not 0[^]*one of tty/,
  ),
  inJson('plugins that are no list', '{ "plugins": "slack" }', ['INVALID 1:14'], /must be a list/),
  inJson(
    'a plugin that is a number',
    '{ "plugins": [3] }',
    ['INVALID 1:15'],
    /a name or \[name, options\], not a number/,
  ),
  inJson('a plugin whose name is none', '{ "plugins": ["Two Words"] }', ['PLUGIN 1:15'], /no package and of no file/),
  inJson(
    'a plugin that is not installed',
    '{ "plugins": ["@acme/slack"] }',
    ['PLUGIN 1:15'],
    /npm install --save-dev @acme\/orch-plugin-slack/,
  ),
  inJson(
    'a plugin in a file that is not there',
    '{ "plugins": ["./own.mjs"] }',
    ['PLUGIN 1:15'],
    /no such file beside the config/,
  ),
  inJson(
    'a preset that is not installed',
    '{ "preset": "acme" }',
    ['PLUGIN 1:13'],
    /npm install --save-dev orch-preset-acme/,
  ),
];

const modules: readonly Wrong[] = [
  inModule('a module that exports nothing', 'const a = 1;', ['INVALID 1:1'], /defineConfig/),
  inModule(
    'a module that exports a function',
    '\nexport default () => ({});',
    ['INVALID 2:1'],
    /a function, not a config/,
  ),
  inModule('a module that throws', "throw new Error('no luck');", ['ORCH_MODULE_THREW 1:7'], /no luck/),
  inModule('a module with an enum', 'enum A { B }', ['ORCH_MODULE_SYNTAX 1:1'], /as const/),
  inModule('a module that ends the process', 'process.exit(0);', ['ORCH_MODULE_EXIT 1:9'], /process\.exit\(0\)/),
  inModule(
    'a module that throws what can not be made text',
    'throw Object.create(null);',
    ['ORCH_MODULE_THREW 1:1'],
    /an object that has no words/,
  ),
  inModule(
    'a getter that throws',
    "export default {\n  get backend() {\n    throw new Error('no luck');\n  },\n};",
    ['INVALID 3:11'],
    /Reading its values threw: no luck/,
  ),
  inModule('a misspelt key', 'export default {\n  pluginz: [],\n};', ['INVALID 2:3'], /Did you mean plugins\?/),
  inModule(
    'a plugin of another contract, as it is',
    "export default {\n  plugins: [{ name: 'x', contract: 2, apply() {} }],\n};",
    ['ORCH_PLUGIN_CONTRACT 2:3'],
    /made for contract 2/,
  ),
  {
    title: 'two configs in one folder',
    files: { 'orch.config.json': '{}', 'orch.config.mts': 'export default {};' },
    findings: [],
    says: /There are two configs in .*Keep one of them/s,
  },
];

const plugins: readonly Wrong[] = [
  withPlugin(
    'a plugin that exports a text',
    "export default 'own';",
    ['ORCH_PLUGIN_INVALID 1:15'],
    /is no plugin, but a string/,
  ),
  withPlugin(
    'a plugin that has no default export',
    'export const a = 1;',
    ['PLUGIN 1:15'],
    /means orch-plugin-own, has no default export/,
  ),
  withPlugin(
    'a plugin of another contract',
    "export default { name: 'own', contract: 7, apply() {} };",
    ['ORCH_PLUGIN_CONTRACT 1:15'],
    /made for contract 7/,
  ),
  withPlugin(
    'a plugin that throws as it is imported',
    "throw new Error('out of order');",
    ['PLUGIN 1:15'],
    /out of order \(at .*index\.js:1:7\)/,
  ),
  withPlugin(
    'a plugin that throws as it is made',
    "export default () => { throw new Error('no channel'); };",
    ['PLUGIN 1:15'],
    /threw when it was made: no channel/,
  ),
  withPlugin(
    'a plugin whose getter throws',
    "export default {\n  get name() {\n    throw new Error('no name');\n  },\n};",
    ['INVALID 3:11'],
    /index\.js:3:11 .*Reading its values threw: no name/,
  ),
  withPlugin(
    'a plugin that throws what has no words',
    'export default () => { throw { toString() { throw new Error(); } }; };',
    ['PLUGIN 1:15'],
    /threw when it was made: an object that has no words/,
  ),
  withPlugin(
    'a plugin that imports what is not there',
    "import 'gone';",
    ['PLUGIN 1:15'],
    /can't be loaded.*no package gone/,
  ),
  {
    title: 'options for a plugin that takes none',
    files: {
      'orch.config.json': '{ "plugins": [["./own.mjs", {}]] }',
      'own.mjs': "export default { name: 'own', contract: 1, apply() {} };",
    },
    findings: ['PLUGIN 1:15'],
    says: /takes no options/,
  },
];

const code = (short: string): string => (short.startsWith('ORCH_') ? short : `ORCH_CONFIG_${short}`);

test.for([...texts, ...modules, ...plugins])('$title', async ({ files, findings, says }) => {
  for (const [name, text] of Object.entries(files)) ground.write(name, text);
  const { code: exitCode, stdout, stderr } = await ground.orch('list', '--json');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  const { error } = JSON.parse(stdout) as {
    error: { code: string; findings?: { code: string; file: string; line: number; column: number }[] };
  };
  const found = error.findings?.map((it) => `${it.code} ${it.line}:${it.column}`) ?? [];
  expect(found).toEqual(findings.map((it) => `${code(it.split(' ')[0] ?? '')} ${it.split(' ')[1]}`));
  if (findings.length === 0) expect(error.code).toBe('ORCH_CONFIG_INVALID');
  else expect(stderr).toContain('--no-config');
});

test('a preset that throws, or answers with something else, is named', async () => {
  for (const [preset, says] of [
    ["() => { throw new Error('no disk') }", /Preset "preset" of .*orch\.config\.mts threw: no disk/],
    ['() => 3', /did not answer with the options of an orchestrator/],
    ['() => ({ plugins: 3 })', /answered with plugins that are no list/],
    [
      "({ stateDirectory, backend }) => ({ backend: { ...backend, name: 'sqlite' } })",
      /answered with the backend "sqlite" where json was asked for\.\n +Answer with the backend of its settings/,
    ],
    ["() => ({ get backend() { throw new Error('no disk') } })", /threw: no disk/],
  ] as const) {
    ground.write('orch.config.mts', `export default { preset: ${preset} };`);
    const { code: exitCode, stderr } = await ground.orch('list');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(says);
  }
});

test.each([
  ['in the place of a backend', '{ "backend": "redis://user:s3cret@" }'],
  ['beside what is wrong', '{\n"backend": "redis://:s3cret@127.0.0.1:1",\n"plugins": ["nope"]\n}'],
  ['beside what is no JSON', '{\n"backend": "redis://:s3cret@127.0.0.1:1",\n"plugins": [nope]\n}'],
  ['in place of a list of backends', '{ "backends": "redis://:s3cret@host" }'],
  ['in place of a number', '{ "defaults": { "concurrency": "s3cret", "output": "s3cret" } }'],
  ['at a misspelt key', '{ "backnd": "redis://user:s3cret@host" }'],
  ['in the options of a plugin that throws', '{ "plugins": [["./own.mjs", { "token": "s3cret" }]] }'],
])('a password %s is not shown', async (_, text) => {
  ground.write('own.mjs', "export default () => { throw new Error('no channel'); };");
  ground.write('orch.config.json', text);
  const { code: exitCode, stdout, stderr } = await ground.orch('list', '--json');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^orch\.config\.json:\d+:\d+ error /m);
  expect(stdout + stderr).not.toContain('s3cret');
});

test('a password in a module is not shown beside what is wrong there', async () => {
  ground.write('orch.config.mts', "const key = 's3cret';\nexport default { plugins: [key.nope.nope] };");
  const { code: exitCode, stdout, stderr } = await ground.orch('list', '--json');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^orch\.config\.mts:2:\d+ error /m);
  expect(stdout + stderr).not.toContain('s3cret');
});

test('a config that --config names has to be there', async () => {
  expect(await ground.orch('list', '--config', 'none.json')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('There is no config none.json.') as string,
  });
});
