/** A module that nobody should name as a plan, and the one right answer to it. */
export interface OddModule {
  readonly title: string;
  /** Texts of files by name; `⟦` stands before the place that the answer names, and is not in the file. */
  readonly files: Readonly<Record<string, string>>;
  /** The file that is named; default `plan.mts`. */
  readonly named?: string;
  readonly code: string;
  /** What its message says. */
  readonly says: RegExp;
  readonly hint: RegExp;
  /** Default 2. */
  readonly exitCode?: number;
}

const one = (title: string, text: string, code: string, says: RegExp, hint: RegExp): OddModule => ({
  title,
  files: { 'plan.mts': text },
  code: `ORCH_${code}`,
  says,
  hint,
});

const core = "import { workflow } from '@orch/core';\n";

/** Texts that are no module, or none that Node imports. */
const texts: readonly OddModule[] = [
  one('an enum', 'const a = 1;\n⟦enum Colour { Red }\n', 'MODULE_SYNTAX', /enum is not supported/, /as const/),
  one(
    'a parameter property',
    'class A {\n  constructor(public ⟦name: string) {}\n}\n',
    'MODULE_SYNTAX',
    /parameter property/,
    /erasableSyntaxOnly/,
  ),
  one('a syntax error', 'const a: number = 1;\nconst ⟦= 3;\n', 'MODULE_SYNTAX', /Unexpected token/, /Correct it/),
  one(
    'what only V8 refuses',
    'const a: number = 1;\nconst ⟦a = 2;\n',
    'MODULE_SYNTAX',
    /'a' has already been declared/,
    /Correct it/,
  ),
  one('bytes', '⟦\0\u0001\u0002', 'MODULE_SYNTAX', /Unexpected character/, /Correct it/),
  {
    title: 'a syntax error in what it imports',
    files: { 'plan.mts': "import './part.mjs';\n", 'part.mjs': 'export const a = 1;\nfunction f() { ⟦await 1; }\n' },
    code: 'ORCH_MODULE_SYNTAX',
    says: /reserved word/,
    hint: /Correct it/,
  },
  {
    title: 'a .ts file beside "type": "commonjs"',
    named: 'plan.ts',
    files: {
      'package.json': '{ "type": "commonjs" }',
      'plan.ts': "⟦import fs from 'node:fs';\nexport default fs;\n",
    },
    code: 'ORCH_MODULE_SYNTAX',
    says: /package\.json says "type": "commonjs"/,
    hint: /plan\.mts/,
  },
];

/** Modules that import what they can't. */
const imports: readonly OddModule[] = [
  one(
    'a package that is not installed',
    "import { z } from ⟦'not-installed/deep';\n",
    'MODULE_IMPORT',
    /no package not-installed/,
    /npm install not-installed$/,
  ),
  one(
    'a file that is not there',
    "const a = 1;\nexport { b } from ⟦'./gone.mts';\n",
    'MODULE_IMPORT',
    /Cannot find module/,
    /Check the import/,
  ),
  {
    title: 'a package that is there, and incomplete',
    files: {
      'plan.mts': "import { z } from ⟦'incomplete';\n",
      'node_modules/incomplete/package.json': '{ "exports": "./gone.js" }',
    },
    code: 'ORCH_MODULE_IMPORT',
    says: /incomplete\/gone\.js/,
    hint: /Check the import/,
  },
  {
    title: 'an import as TypeScript compilers have it',
    files: { 'plan.mts': "import { a } from ⟦'./part.js';\n", 'part.ts': 'export const a = 1;\n' },
    code: 'ORCH_MODULE_IMPORT',
    says: /Cannot find module/,
    hint: /write '\.\/part\.ts'/,
  },
  {
    title: 'an export that is not there, of what it imports',
    files: {
      'plan.mts': "import './part.mts';\n",
      'part.mts': "import { ⟦nothing } from 'node:fs';\n",
    },
    code: 'ORCH_MODULE_IMPORT',
    says: /does not provide an export named 'nothing'/,
    hint: /import type/,
  },
  {
    title: 'JSON without an attribute',
    files: { 'plan.mts': "import data from ⟦'./data.json';\nexport default data;\n", 'data.json': '{}' },
    code: 'ORCH_MODULE_IMPORT',
    says: /import attribute/,
    hint: /with \{ type: 'json' \}/,
  },
];

/** Modules whose code does what it should not. */
const acts: readonly OddModule[] = [
  one(
    'one that throws',
    "interface A { a: 1 }\nthrow ⟦new Error('no luck today');\n",
    'MODULE_THREW',
    /no luck today/,
    /Nothing was started/,
  ),
  one('one that throws text', "throw 'words';\n", 'MODULE_THREW', /: words$/, /throw new Error/),
  one(
    'an error of the builder',
    `${core}export default workflow('odd')\n  .phase('a', { run: () => 1 })\n  .⟦phase('b', { dependsOn: ['c'], run: () => 2 });\n`,
    'WORKFLOW_INVALID',
    /"c", which is no phase/,
    /Did you mean "a"/,
  ),
  one('process.exit', 'process.⟦exit(0);\n', 'MODULE_EXIT', /process\.exit\(0\)/, /Throw an error/),
  one(
    'one that never finishes',
    'const a = 1;\n⟦await new Promise(() => {});\nexport default a;\n',
    'MODULE_UNFINISHED',
    /never finishes importing/,
    /in a phase/,
  ),
];

/** Modules that export something else. */
const exports: readonly OddModule[] = [
  one('an empty file', '', 'MODULE_EXPORT', /no default export/, /export default workflow/),
  one(
    'a workflow that is exported by a name',
    `${core}export const release = workflow('odd').phase('a', { run: () => 1 });\n`,
    'MODULE_EXPORT',
    /no default export/,
    /add export default release;/,
  ),
  one('a function', '⟦export default () => 1;\n', 'MODULE_EXPORT', /is a function, not/, /workflow\(\)/),
  one(
    'a promise of a workflow',
    `${core}⟦export default Promise.resolve(workflow('odd').phase('a', { run: () => 1 }));\n`,
    'MODULE_EXPORT',
    /a promise \(write export default await/,
    /workflow\(\)/,
  ),
  one(
    'a plan as files have it',
    "⟦export default { workflow_id: 'odd', phases: [] };\n",
    'MODULE_EXPORT',
    /a plan as plan files have it/,
    /workflow\(\)/,
  ),
  one(
    'a workflow of another contract',
    `${core}⟦export default { ...workflow('odd').phase('a', { run: () => 1 }), contract: 2 };\n`,
    'PLUGIN_CONTRACT',
    /"odd" is made for contract 2/,
    /same release of both/,
  ),
  one(
    'an object that throws when it is looked at',
    "⟦export default { get contract() { throw new Error('hands off'); } };\n",
    'MODULE_EXPORT',
    /hands off/,
    /workflow\(\)/,
  ),
  one(
    'a workflow without phases',
    `${core}export default workflow('odd');\n`,
    'PLAN_TYPE',
    /has no phases/,
    /Add at least one/,
  ),
  one(
    'a phase for a plugin that is not there',
    `${core}export default workflow('odd')\n  .phase(⟦'a b', { run: { kind: 'fleet', options: {} } });\n`,
    'PLUGIN_MISSING',
    /kind "fleet"/,
    /Load the plugin/,
  ),
];

const places: readonly OddModule[] = [
  {
    title: 'one that is not there',
    files: {},
    code: 'ORCH_PLAN_NOT_FOUND',
    says: /no file/,
    hint: /path/,
    exitCode: 3,
  },
  {
    title: 'a folder',
    files: { 'plan.mts/inner': '' },
    code: 'ORCH_PLAN_NOT_FOUND',
    says: /is no file/,
    hint: /Name the module/,
    exitCode: 3,
  },
];

export const modules: readonly OddModule[] = [...texts, ...imports, ...acts, ...exports, ...places];
