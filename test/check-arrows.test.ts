import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkArrows } from '../scripts/check-arrows.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-arrows-'));
  const core = { exports: { '.': {}, './author': {} }, dependencies: { zod: '1.0.0' } };
  write('packages/core/package.json', JSON.stringify(core));
  write('packages/cli/package.json', JSON.stringify({ exports: {}, devDependencies: { '@orch/core': '*' } }));
  write(
    'packages/testkit/package.json',
    JSON.stringify({ exports: { '.': {} }, peerDependencies: { '@orch/core': '*' } }),
  );
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

describe('inside core', () => {
  it('lets a room load what stands below it, and any type', () => {
    write(
      'packages/core/src/run/apply.ts',
      "import { a } from '../spec/a.ts';\nimport type { O } from '../engine/o.ts';",
    );
    write('packages/core/src/index.ts', "export { a } from './engine/a.ts';");
    write(
      'packages/core/src/node/log.ts',
      "import { readFileSync } from 'node:fs';\nimport { a } from '../engine/a.ts';",
    );
    expect(checkArrows(root)).toEqual([]);
  });

  it.each([
    ['spec/a.ts', "import { b } from '../engine/b.ts';", '1: spec may not import engine'],
    ['spec/a.ts', "\nexport { b } from '../engine/b.ts';", '2: spec may not import engine'],
    ['spec/a.ts', "export * from '../engine/b.ts';", '1: spec may not import engine'],
    ['spec/a.ts', "import { type B } from '../engine/b.ts';", '1: spec may not import engine'],
    ['spec/a.ts', "const b = await import('../engine/b.ts');", '1: spec may not import engine'],
    ['engine/a.ts', "import { b } from '../node/b.ts';", '1: engine may not import node'],
    ['index.ts', "export const b = () => import('./node/b.ts');", '1: index may not import node'],
    ['run/a.ts', "import { readFileSync } from 'node:fs';", "1: only node may import 'node:fs'"],
    ['run/a.ts', "import { rm } from 'node:fs/promises';", "1: only node may import 'node:fs/promises'"],
    ['index.ts', "import { spawn } from 'node:child_process';", "1: only node may import 'node:child_process'"],
    [
      'attic/a.ts',
      "import { b } from '../id.ts';",
      '1: attic is no room of core: give it a row in scripts/check-arrows.ts',
    ],
    ['engine/a.ts', "import { b } from '../attic/b.ts';", '1: engine may not import attic'],
  ])('%s: %s', (file, text, violation) => {
    write(`packages/core/src/${file}`, text);
    expect(checkArrows(root)).toEqual([`packages/core/src/${file}:${violation}`]);
  });

  it('lets engine reach node lazily from one place only', () => {
    write('packages/core/src/engine/a.ts', "export const a = () => import('../node/index.ts');");
    expect(checkArrows(root)).toEqual([]);
    write('packages/core/src/engine/b.ts', "export const b = () => import('../node/index.ts');");
    expect(checkArrows(root)).toEqual([
      'packages/core/src/engine/b.ts:1: node may be imported lazily once, not 2 times',
    ]);
  });
});

describe('between packages', () => {
  it.each([
    ['core', "import { a } from '@orch/plan';", 'core may not import @orch/plan'],
    ['core', "import type { A } from '@orch/testkit';", 'core may not import @orch/testkit'],
    ['testkit', "import { a } from '@orch/plan';", 'testkit may not import @orch/plan'],
    ['cli', "import { a } from '@orch/testkit';", 'cli may not import @orch/testkit'],
    ['cli', "import { a } from '@orch/core/src/id.ts';", "'@orch/core/src/id.ts' is no entry of @orch/core"],
    ['cli', "import { a } from '../../core/src/id.ts';", "leaves its package by '../../core/src/id.ts'"],
    ['testkit', "import { it } from 'vitest';", "vitest is not in the package's dependencies"],
    ['cli', "import { a } from '@orch/plan';", "'@orch/plan' is no entry of @orch/plan"],
  ])('%s: %s', (name, text, violation) => {
    write(`packages/${name}/src/a.ts`, text);
    expect(checkArrows(root)).toEqual([`packages/${name}/src/a.ts:1: ${violation}`]);
  });

  it('lets the others import the entries of core', () => {
    write('packages/cli/src/a.ts', "import { a } from '@orch/core';\nawait import('@orch/core/author');");
    write('packages/testkit/src/a.ts', "import { a } from '@orch/core/author';\nimport { b } from 'node:fs';");
    expect(checkArrows(root)).toEqual([]);
  });
});

describe('cycles', () => {
  it('finds a cycle of value imports', () => {
    write('packages/cli/src/a.ts', "import { b } from './b.ts';");
    write('packages/cli/src/b.ts', "export { c } from './c.ts';");
    write('packages/cli/src/c.ts', "import { a } from './a.ts';");
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `packages/cli/src/${name}.ts`);
    expect(checkArrows(root)).toEqual([`Import cycle: ${[a, b, c, a].join(' -> ')}`]);
  });

  it('does not count types and lazy imports', () => {
    write('packages/cli/src/a.ts', "import type { B } from './b.ts';\nimport { c } from './c.ts';");
    write('packages/cli/src/b.ts', "import { a } from './a.ts';");
    write(
      'packages/cli/src/c.ts',
      "export const a = (): Promise<unknown> => import('./a.ts');\ntype A = import('./a.ts').A;",
    );
    expect(checkArrows(root)).toEqual([]);
  });
});
