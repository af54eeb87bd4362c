// A small orch that is killed: starts one attempt, or adopts it. Run: node --conditions=source driver.ts <json>
import { writeSync } from 'node:fs';
import type { Attempt, AttemptContext } from '@orch/core/author';
import { processOwner } from '@orch/core/node';
import { commandExecutor } from '../../src/command-executor.ts';

interface Request {
  readonly directory: string;
  readonly attempt: Attempt;
  readonly does: 'execute' | 'adopt';
  /** Stops the attempt after so many milliseconds. */
  readonly stopAfterMs?: number;
}

const { directory, attempt, does, stopAfterMs } = JSON.parse(process.argv[2]!) as Request;
const executor = commandExecutor({ directory });
const stop = new AbortController();
const context: AttemptContext & { otherHost: boolean } = {
  signal: stop.signal,
  kill: new AbortController().signal,
  holds: () => Promise.resolve(true),
  inputs: {},
  secrets: [],
  outputs: {},
  env: {},
  directory,
  idempotencyKey: 'key',
  log: { info: () => {}, warn: (message) => say({ warning: message }) },
  otherHost: false,
};
// The engine keeps its process alive while it drives.
const alive = setInterval(() => {}, 1_000);
await executor.settle!(attempt.runId, new Set([attempt.key]));
say('ready');
if (stopAfterMs !== undefined) setTimeout(() => stop.abort('timeout'), stopAfterMs);
if (does === 'execute') say(await executor.execute({ ...attempt, owner: processOwner() }, context));
else {
  const adopted = await executor.adopt!(attempt, context);
  say('gone' in adopted ? adopted : await adopted.outcome);
}
clearInterval(alive);

function say(what: unknown): void {
  writeSync(1, `${JSON.stringify(what)}\n`);
}
