// Packs every package as it would be published and asks publint and attw about the result. Needs a build. Run: node scripts/check-packages.ts
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packages = join(import.meta.dirname, '..', 'packages');
const scratch = mkdtempSync(join(tmpdir(), 'check-packages-'));

try {
  const findings = await Promise.all(readdirSync(packages).map(findingsOf));
  for (const finding of findings.flat()) console.error(finding);
  if (findings.flat().length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}

async function findingsOf(name: string): Promise<string[]> {
  const tarball = join(scratch, `${name}.tgz`);
  const packed = await outputOfFailure('pnpm', ['--dir', join(packages, name), 'pack', '--out', tarball]);
  if (packed !== undefined) return [`${name}: pnpm pack\n${packed}`];
  const answers = await Promise.all([
    outputOfFailure('publint', ['run', tarball, '--strict']),
    outputOfFailure('attw', [
      tarball,
      '--profile',
      'esm-only',
      '--no-definitely-typed',
      '--no-emoji',
      '--format',
      'ascii',
    ]),
  ]);
  const missing = name === 'cli' ? await missingOfSkills(tarball) : [];
  return [...answers.filter((answer) => answer !== undefined), ...missing].map((answer) => `${name}: ${answer}`);
}

/** Files of the skills that `orch skill install` would not find, or finds though they are no more. */
async function missingOfSkills(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const place = 'package/dist/';
  const packed = stdout.split('\n').filter((path) => path.startsWith(`${place}skills/`));
  const ours = globSync('skills/**', { cwd: join(packages, '..'), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${place}${relative(join(packages, '..'), join(entry.parentPath, entry.name))}`);
  const differing = new Set(ours).symmetricDifference(new Set(packed));
  return [...differing].map((path) => `${path}: not the same in skills and in the package`);
}

/** What a tool printed when it failed; nothing when it found nothing. */
async function outputOfFailure(file: string, args: string[]): Promise<string | undefined> {
  try {
    await run(file, args);
    return undefined;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`.trim() || String(error);
  }
}
