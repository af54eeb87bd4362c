import { orchError } from '@orch/core/author';
import type { Json } from '@orch/core/author';
import type { Duration, Ended, OutputSource, Schema, Work } from '@orch/core';

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
  /** What its structured output must look like: any Standard Schema (zod, valibot, arktype …). Default: it has none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever goes in: only what comes out is used
  readonly output?: Schema<any, O>;
  /**
   * Where its structured output stands: in the file that `$ORCH_OUTPUT` names, in stdout, which is then JSON and nothing
   * else, or in the last line of stdout. Without `output`: any JSON. Default: `file`, where there is an `output`.
   */
  readonly outputFrom?: OutputSource;
  /** Whether the attempt failed, whatever its exit code. Default: where that is not 0. */
  readonly failWhen?: (ended: Ended<O>) => boolean;
}

/** What is no option of the plugin's: core judges by it. */
type Judged<O = undefined> = Pick<CommandOptions<O>, 'output' | 'outputFrom' | 'failWhen'>;

/** As plan files call the options. */
const planKeys: Readonly<Record<Exclude<keyof CommandOptions, keyof Judged>, string>> = {
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
 * Throws `ORCH_WORKFLOW_INVALID` for options that do not exist.
 *
 * @example
 * workflow('release').phase('build', { run: command('pnpm build', { cwd: 'packages/web', grace: '10s' }) });
 * workflow('release').phase('version', {
 *   run: command('./next-version >"$ORCH_OUTPUT"', { output: z.object({ version: z.string() }) }),
 * });
 */
export function command<O>(
  text: string | readonly string[],
  // oxlint-disable-next-line typescript/no-explicit-any -- as in CommandOptions
  options: CommandOptions<O> & { readonly output: Schema<any, O> },
): Work<O>;
/** Its output may be any JSON. */
export function command(
  text: string | readonly string[],
  options: CommandOptions<Json> & { readonly output?: never; readonly outputFrom: OutputSource },
): Work<Json>;
/** It has no structured output. */
export function command(text: string | readonly string[], options?: CommandOptions): Work<undefined>;
export function command<O>(text: string | readonly string[], options: CommandOptions<O> = {}): Work<O> {
  const { output: schema, outputFrom, failWhen, ...own } = options;
  const lowered: Record<string, Json> = { command: text };
  for (const [key, value] of Object.entries(own) as [string, Json | undefined][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(planKeys, key))
      throw orchError({
        code: 'ORCH_WORKFLOW_INVALID',
        message: `command(): there is no option ${JSON.stringify(key)}.`,
        hint: `There are: ${[...Object.keys(planKeys), 'output', 'outputFrom', 'failWhen'].join(', ')}.`,
      });
    lowered[planKeys[key as keyof typeof planKeys]] = value;
  }
  return {
    kind: 'command',
    options: lowered,
    ...outputOf(schema, outputFrom),
    ...(failWhen === undefined ? {} : { failWhen }),
  };
}

function outputOf<O>(
  schema: CommandOptions<O>['output'],
  from: CommandOptions<O>['outputFrom'],
): Pick<Work<O>, 'output'> {
  if (schema !== undefined) return { output: { from: from ?? 'file', schema } };
  return from === undefined ? {} : { output: { from } };
}
