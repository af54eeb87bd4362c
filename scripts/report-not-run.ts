// A reporter for vitest: says at the very end which tests did not run for want of something that this machine lacks.
// `test/hard/need.ts` says so where it is met, which may be thousands of lines above.
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** What a worker says where a suite is left out, and the words that follow. */
const notRun = /^NOT RUN: (.*)$/gm;

export default class ReportNotRun implements Reporter {
  /** Why, by the id of the module that said so. */
  readonly #reasons = new Map<string, Set<string>>();

  onUserConsoleLog({ content, taskId = '' }: { readonly content: string; readonly taskId?: string }): void {
    for (const [, why = ''] of content.matchAll(notRun))
      this.#reasons.set(taskId, (this.#reasons.get(taskId) ?? new Set()).add(why));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const groups = Map.groupBy(modules, ({ id }) => [...(this.#reasons.get(id) ?? [])].toSorted().join('; '));
    for (const [why, those] of groups) {
      if (why === '') continue;
      const skipped = those.flatMap((it) => [...it.children.allTests('skipped')]);
      const names = those.map(({ moduleId }) => relative(process.cwd(), moduleId)).toSorted();
      console.error(`NOT RUN: ${skipped.length} tests in ${names.join(', ')}: ${why}`);
    }
  }
}
