// Runs on whatever Node the machine has, so: plain JavaScript, no dependencies.
// Installs when something changed since the last install, then runs the given command line with the repository's own Node and tools first on PATH.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.orch-installed');
const pinnedNodeFolder = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
const oldestNode = [22, 18];

process.exitCode = await main(process.argv.slice(2));

async function main([command, ...args]) {
  const installed = await installWhenNeeded();
  if (installed !== 0 || command === undefined) return installed;
  if (!existsSync(pinnedNodeFolder) && isTooOld(process.versions.node)) {
    console.error(
      `This repository brings its own Node for Linux only; on ${process.platform} it needs Node ${oldestNode.join('.')} or newer.`,
    );
    return 2;
  }
  return run('sh', ['-c', `${command} "$@"`, 'sh', ...args]);
}

async function installWhenNeeded() {
  const stamp = describeInstall();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return 0;
  const { version } = readJson('package.json').devEngines.packageManager;
  const pnpm = ['--yes', '--prefer-offline', `pnpm@${version}`, 'install', '--frozen-lockfile', '--prefer-offline'];
  const code = await run('npx', pnpm, { CI: 'true' });
  if (code === 0) writeFileSync(stampFile, stamp);
  return code;
}

function describeInstall() {
  const folders = readdirSync(join(root, 'packages')).sort();
  const manifests = ['package.json', ...folders.map((folder) => join('packages', folder, 'package.json'))];
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return `${hash.digest('hex')}\n`;
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

function run(file, args, env = {}) {
  const path = [pinnedNodeFolder, join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(file, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, DO_NOT_TRACK: '1', PATH: path, ...env },
  });
  // A terminal sends Ctrl-C to the child as well; who signals only this process means the child.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${file} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
