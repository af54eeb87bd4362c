// Which room may import which. The picture is in ARCHITECTURE.md; this file is its table. Run: node scripts/check-arrows.ts
//
// Inside core the arrows hold for what is loaded: `import type` is free there. Between packages they hold for types too.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCycles } from './find-cycles.ts';
import { readImports, type Import } from './read-imports.ts';

/** The rooms of core from bottom to top: a room may load from its own row and from the rows above it in this list. */
const coreRooms: readonly (readonly string[])[] = [
  'clock crc32 duration errors id json lazy-fields random-bytes schema sha256 show stored-form version'.split(' '),
  ['spec'],
  ['run'],
  ['backend', 'executor', 'hooks'],
  ['engine'],
  ['author', 'index'],
];

/** Loads what only Node has. May load any room; only `engine` may reach it, lazily, from one place. */
const nodeRoom = 'node';
const builtinsOfNodeRoom = /^(node:)?(fs|child_process)(\/|$)/;

interface Manifest {
  readonly exports: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

if (import.meta.main) {
  const violations = checkArrows(join(import.meta.dirname, '..'));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}

/** Answers with one line for each arrow that must not be there. */
export function checkArrows(root: string): string[] {
  const names = readdirSync(join(root, 'packages')).toSorted();
  const manifests = new Map(names.map((name) => [name, readManifest(root, name)]));
  return names.flatMap((name) => {
    const imports = readImports(root, name);
    return [
      ...imports.flatMap((it) => report(it, packageViolation(name, it, manifests))),
      ...(name === 'core' ? coreViolations(imports) : []),
      ...findCycles(imports).map((cycle) => `Import cycle: ${cycle.join(' -> ')}`),
    ];
  });
}

function readManifest(root: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;
}

function packageViolation(name: string, it: Import, manifests: ReadonlyMap<string, Manifest>): string | undefined {
  if (it.target !== undefined) {
    return it.target.startsWith(`packages/${name}/src/`) ? undefined : `leaves its package by '${it.specifier}'`;
  }
  if (it.specifier.startsWith('node:')) return undefined;
  const [scopeOrName = '', second = '', ...rest] = it.specifier.split('/');
  const dependency = scopeOrName.startsWith('@') ? `${scopeOrName}/${second}` : scopeOrName;
  if (scopeOrName !== '@orch') return undeclared(name, dependency, manifests);
  if (!mayImport(name, second)) return `${name} may not import ${dependency}`;
  const entry = ['.', ...rest].join('/');
  const exported = manifests.get(second)?.exports ?? {};
  if (!Object.hasOwn(exported, entry)) return `'${it.specifier}' is no entry of ${dependency}`;
  return undeclared(name, dependency, manifests);
}

function mayImport(name: string, other: string): boolean {
  if (name === 'core') return false;
  if (name === 'cli') return other !== 'testkit' && other !== 'cli';
  return other === 'core';
}

/** Packages at the root are visible from every folder, so an import that works here may be missing at the user's. */
function undeclared(name: string, dependency: string, manifests: ReadonlyMap<string, Manifest>): string | undefined {
  const manifest = manifests.get(name);
  const bundled = name === 'cli' ? manifest?.devDependencies : undefined;
  const declared = { ...manifest?.dependencies, ...manifest?.peerDependencies, ...bundled };
  return Object.hasOwn(declared, dependency) ? undefined : `${dependency} is not in the package's dependencies`;
}

function coreViolations(imports: readonly Import[]): string[] {
  const lazyNode = imports.filter((it) => it.kind === 'dynamic' && roomOf(it.from) === 'engine' && leadsToNode(it));
  const loaded = imports.filter((it) => it.kind !== 'type' && !lazyNode.includes(it));
  return [
    ...loaded.flatMap((it) => report(it, roomViolation(it))),
    ...lazyNode
      .slice(1)
      .flatMap((it) => report(it, `${nodeRoom} may be imported lazily once, not ${lazyNode.length} times`)),
  ];
}

function roomViolation(it: Import): string | undefined {
  const from = roomOf(it.from);
  if (from === nodeRoom) return undefined;
  if (it.kind === 'value' && builtinsOfNodeRoom.test(it.specifier))
    return `only ${nodeRoom} may import '${it.specifier}'`;
  if (it.target === undefined) return undefined;
  const to = roomOf(it.target);
  if (to === nodeRoom) return `${from} may not import ${nodeRoom}`;
  const [fromRow, toRow] = [rowOf(from), rowOf(to)];
  if (fromRow === -1) return `${from} is no room of core: give it a row in scripts/check-arrows.ts`;
  return toRow > fromRow || toRow === -1 ? `${from} may not import ${to}` : undefined;
}

function leadsToNode(it: Import): boolean {
  return it.target !== undefined && roomOf(it.target) === nodeRoom;
}

/** `packages/core/src/run/apply.ts` is in `run`, `packages/core/src/id.ts` in `id`. */
function roomOf(file: string): string {
  const [, , , room = ''] = file.split('/');
  return room.replace(/\.ts$/, '');
}

function rowOf(room: string): number {
  return coreRooms.findIndex((row) => row.includes(room));
}

function report(it: Import, violation: string | undefined): string[] {
  return violation === undefined ? [] : [`${it.from}:${it.line}: ${violation}`];
}
