// A reporter for vitest: counts tests and names each failure with its place, also an error that belongs to no test, into the file that TEST_REPORT names.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What a run of the tests came to. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** One line for each failed test, file that could not be loaded, and error outside of tests. */
  readonly failures: readonly string[];
  readonly projects: readonly ProjectTime[];
}

/** What the test files of one project took. */
export interface ProjectTime {
  readonly name: string;
  readonly files: number;
  /** Of all its files one after the other; some run side by side. */
  readonly seconds: number;
}

export default class ReportToFile implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env['TEST_REPORT'];
    if (file === undefined) throw new Error('TEST_REPORT must name the file to write');
    writeFileSync(file, JSON.stringify(reportOf(modules, unhandledErrors)));
  }
}

function reportOf(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestReport {
  const tests = modules.flatMap((it) => [...it.children.allTests()]);
  const failures = [
    ...modules.flatMap((it) => it.errors().map((error) => `${placeOf(it)}: ${firstLine(error)}`)),
    ...tests
      .filter((it) => it.result().state === 'failed')
      .map((it) => `${placeOf(it.module)} > ${it.fullName}: ${firstLine(it.result().errors?.[0])}`),
    ...unhandledErrors.map((error) => `outside of tests: ${firstLine(error)}`),
  ];
  return {
    passed: tests.filter((it) => it.result().state === 'passed').length,
    failed: failures.length,
    failures,
    projects: timesOf(modules),
  };
}

function timesOf(modules: readonly TestModule[]): ProjectTime[] {
  const byName = Map.groupBy(modules, ({ project }) => project.name);
  return [...byName].map(([name, files]) => ({
    name,
    files: files.length,
    seconds: files.reduce((sum, file) => sum + millisecondsOf(file), 0) / 1000,
  }));
}

/** Of its tests and hooks, and of what came before them. */
function millisecondsOf(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic();
  return environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
}

function placeOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}

function firstLine(error: { readonly message: string } | undefined): string {
  return error?.message.split('\n', 1)[0] ?? 'no message';
}
