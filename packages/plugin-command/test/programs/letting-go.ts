// Starts an attempt, adopts it a second time, and looks at neither any more: nothing may keep this process alive.
import type { Attempt, AttemptContext } from '@orch/core/author';
import { readState } from '../../src/attempt-state.ts';
import { attemptFiles } from '../../src/attempt-files.ts';
import { commandExecutor } from '../../src/command-executor.ts';

const { directory, attempt } = JSON.parse(process.argv[2]!) as { directory: string; attempt: Attempt };
const executor = commandExecutor({ directory });
const never = new AbortController().signal;
const log = { info: () => {}, warn: () => {} };
const context: AttemptContext = {
  signal: never,
  kill: never,
  holds: () => Promise.resolve(true),
  inputs: {},
  secrets: [],
  outputs: {},
  env: {},
  directory,
  idempotencyKey: 'key',
  log,
};
await executor.settle!(attempt.runId, new Set([attempt.key]));
void executor.execute(attempt, context);
const { number, ...rest } = attempt;
const files = attemptFiles(directory, attempt.runId, { ...rest, attempt: number });
for (;;) {
  const state = readState(files.state, () => true);
  if (state.kind === 'claimed' && state.pid !== undefined) break;
  await new Promise((resolve) => setTimeout(resolve, 2));
}
void executor.adopt!(attempt, { ...context, otherHost: false });
