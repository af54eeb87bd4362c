import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Puts packages of this repository into the `node_modules` of a folder as `npm install` would, but without a network. */
export function installPacked(folder: string, names: readonly string[]): void {
  for (const name of names) installOne(folder, name);
}

function installOne(folder: string, name: string): void {
  const source = join(root, 'packages', name);
  if (!existsSync(join(source, 'dist'))) throw new Error(`packages/${name} is not built: npm run build`);
  const tarball = join(folder, `${name}.tgz`);
  const target = join(folder, 'node_modules/@orch', name);
  mkdirSync(target, { recursive: true });
  run(join(root, 'node_modules/.bin/pnpm'), ['--dir', source, 'pack', '--out', tarball]);
  run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as { dependencies?: object };
  for (const dependency of Object.keys(manifest.dependencies ?? {})) linkDependency(folder, source, dependency);
}

/** What others publish needs no packing: the copy that the workspace has. */
function linkDependency(folder: string, source: string, dependency: string): void {
  const link = join(folder, 'node_modules', dependency);
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(realpathSync(join(source, 'node_modules', dependency)), link);
}

function run(file: string, args: readonly string[]): void {
  // The Node that runs this, not whichever `node` is first.
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: path } });
}
