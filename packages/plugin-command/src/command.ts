import { orchError } from '@orch/core/author';
import type { Json } from '@orch/core/author';
import type { Duration, Schema, Work } from '@orch/core';

export interface CommandOptions<O = undefined> {
  /** Variables of the command, beside those of orch's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder, from the one of the run. Default: that one. */
  readonly cwd?: string;
  /** Runs a command that is text. Default: `sh`. */
  readonly shell?: string;
  /** Time between SIGTERM and SIGKILL. Default: `'5s'`. */
  readonly grace?: Duration;
  /** Ends a command that prints nothing for so long. Default: none. */
  readonly idleTimeout?: Duration;
  /** `true`: processes of the command may outlive it. Default: they are ended with it. */
  readonly leaveRunning?: boolean;
  /** What becomes of a command whose orch died: it goes on, or it is ended at recovery and runs again. Default: `adopt`. */
  readonly onOrphan?: 'adopt' | 'kill';
  /** Of structured output. Not supported yet. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever goes in: only what comes out is used
  readonly output?: Schema<any, O>;
}

/** As plan files call the options. */
const planKeys: Readonly<Record<Exclude<keyof CommandOptions, 'output'>, string>> = {
  env: 'env',
  cwd: 'cwd',
  shell: 'shell',
  grace: 'grace',
  idleTimeout: 'idle_timeout',
  leaveRunning: 'leave_running',
  onOrphan: 'on_orphan',
};

/**
 * Work of a phase that is a command: text for a shell, or a list of a program and its arguments, which no shell sees.
 * Throws `ORCH_WORKFLOW_NOT_SUPPORTED` for `output`, `ORCH_WORKFLOW_INVALID` for options that do not exist.
 *
 * @example
 * workflow('release').phase('build', { run: command('pnpm build', { cwd: 'packages/web', grace: '10s' }) });
 */
export function command<O = undefined>(text: string | readonly string[], options: CommandOptions<O> = {}): Work<O> {
  const lowered: Record<string, Json> = { command: text };
  for (const [key, value] of Object.entries(options) as [string, Json | undefined][]) {
    if (value === undefined) continue;
    if (key === 'output')
      throw orchError({
        code: 'ORCH_WORKFLOW_NOT_SUPPORTED',
        message: 'command(): output is not supported yet.',
        hint: 'Leave output out: this release would not read it.',
      });
    if (!Object.hasOwn(planKeys, key))
      throw orchError({
        code: 'ORCH_WORKFLOW_INVALID',
        message: `command(): there is no option ${JSON.stringify(key)}.`,
        hint: `There are: ${Object.keys(planKeys).join(', ')}.`,
      });
    lowered[planKeys[key as keyof typeof planKeys]] = value;
  }
  return { kind: 'command', options: lowered };
}
