// Everything that CI checks, in one go: all steps run even when one fails. Run: npm run verify
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectTime, TestReport } from './test-report.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verify-'));
/** The project of damage, faults and odd processes, which is to take 8 minutes at most on 2 cores. */
const hard = 'hard';
const reportFile = join(scratch, 'tests.json');

const reporters = ['default', './scripts/test-report.ts', './scripts/report-not-run.ts'];

const steps: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint'],
  ['types', 'tsc', '--noEmit'],
  ['manifests', 'sherif'],
  ['import arrows and cycles', 'node', 'scripts/check-arrows.ts'],
  ['unused files, exports and dependencies', 'knip', '--no-progress', '--treat-config-hints-as-errors'],
  ['duplicate code', 'node', 'scripts/check-duplicates.ts'],
  ['links', 'node', 'scripts/check-links.ts'],
  ['build', 'turbo', 'run', 'build', '--output-logs=errors-only'],
  ['packages as published', 'node', 'scripts/check-packages.ts'],
  ['public types', 'node', 'scripts/check-api.ts'],
  ['snippets', 'node', 'scripts/check-snippets.ts'],
  ['tests', 'npm', 'test', '--silent', '--', ...reporters.map((it) => `--reporter=${it}`)],
];

try {
  const results = steps.map(runStep);
  console.log(`\n${results.map((it) => it.line).join('\n')}`);
  for (const failure of results.flatMap((it) => it.report.failures)) console.log(`FAILED ${failure}`);
  for (const time of results.flatMap((it) => it.report.projects))
    if (time.name === hard) console.log(describeTime(time));
  const passed = results.reduce((sum, it) => sum + it.report.passed, 0);
  const failed = results.reduce((sum, it) => sum + it.report.failed, 0);
  console.log(`Checks and tests: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function runStep([name, file, ...args]: (typeof steps)[number]): { line: string; report: TestReport } {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  const { status } = spawnSync(file ?? '', args, {
    stdio: 'inherit',
    env: { ...process.env, TEST_REPORT: reportFile },
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const report = name === 'tests' ? readTests(status === 0) : countStep(status === 0);
  return { line: `${report.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s  ${name}`, report };
}

function countStep(succeeded: boolean): TestReport {
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, failures: [], projects: [] };
}

/** A run can fail without a failed test, as when the runner itself is killed: that counts as one. */
function readTests(succeeded: boolean): TestReport {
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport;
    return succeeded || report.failed > 0
      ? report
      : { ...report, failed: 1, failures: ['npm test, without a word why'] };
  } catch {
    return { passed: 0, failed: 1, failures: ['npm test, before its tests had ended'], projects: [] };
  }
}

/** Test files run side by side, one on each processor: the time of a machine is the sum of theirs by their number. */
function describeTime({ name, files, seconds }: ProjectTime): string {
  const lanes = availableParallelism();
  const minutes = seconds / 60 / lanes;
  return `tests of ${name}: ${files} files, ${seconds.toFixed(0)} s of them in all; ${minutes.toFixed(1)} min on ${lanes} cores`;
}
