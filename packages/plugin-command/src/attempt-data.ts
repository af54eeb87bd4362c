import { existsSync, writeFileSync } from 'node:fs';
import { dictionary } from '@orch/core/author';
import type { Attempt, AttemptContext, Json } from '@orch/core/author';
import { attemptFiles } from './attempt-files.ts';
import type { AttemptFiles } from './attempt-files.ts';

/** MAX_ARG_STRLEN of Linux, of an argument or of `NAME=value`, less the NUL. */
export const longestArgument = 131_071;

export interface DataRequest {
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly files: AttemptFiles;
  /** The state folder. */
  readonly directory: string;
}

type Variables = Readonly<Record<string, string>>;

/** The data of an attempt as variables of its command; makes the files that some of them name. Where there is nothing to say there is neither. */
export function dataVariables(request: DataRequest): Variables {
  const { attempt, context, files } = request;
  return {
    ...inputVariables(context),
    ...fileVariable('ORCH_INPUTS', files.inputs, withoutSecrets(context)),
    ...fileVariable('ORCH_OUTPUTS', files.outputs, context.outputs),
    ...(attempt.output === 'file' ? { ORCH_OUTPUT: files.output } : {}),
    ...failedVariables(request),
  };
}

const inputName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Secrets, which no file has, are there whatever their type. What no variable can hold is left out, and so are inputs that
 * would share one: the file has them.
 */
function inputVariables({ inputs, secrets, log }: AttemptContext): Variables {
  const variables = dictionary<string>();
  const taken = new Set<string>();
  for (const [name, value] of Object.entries(inputs)) {
    if (!inputName.test(name)) continue;
    const isSecret = secrets.includes(name);
    if (typeof value === 'object' && value !== null && !isSecret) continue;
    const variable = `ORCH_INPUT_${name.toUpperCase()}`;
    const text = textOf(value);
    if (!taken.has(variable) && fits(variable, text)) variables[variable] = text;
    else {
      delete variables[variable];
      if (isSecret) log.warn(`the secret input ${JSON.stringify(name)} can't be handed over in ${variable}`);
    }
    taken.add(variable);
  }
  return variables;
}

export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

function fits(variable: string, text: string): boolean {
  return !text.includes('\0') && Buffer.byteLength(`${variable}=${text}`) <= longestArgument;
}

function withoutSecrets({ inputs, secrets }: AttemptContext): { readonly [name: string]: Json } {
  return dictionary(Object.entries(inputs).filter(([name]) => !secrets.includes(name)));
}

function fileVariable(variable: string, path: string, values: { readonly [name: string]: Json }): Variables {
  if (Object.keys(values).length === 0) return {};
  writeJson(path, values);
  return { [variable]: path };
}

/** What a repair is told of the failure that it is to mend. */
function failedVariables({ attempt, files, directory }: DataRequest): Variables {
  const { failed, runId, phase, index } = attempt;
  if (failed === undefined) return {};
  const { number, key, class: kind, message, exitCode, output } = failed;
  const id = { phase, attempt: number, part: 'main', key, ...(index === undefined ? {} : { index }) } as const;
  const { log } = attemptFiles(directory, runId, id);
  if (output !== undefined) writeJson(files.failedOutput, output);
  const text = message.replaceAll('\0', '\uFFFD');
  return {
    ORCH_FAILED_ATTEMPT: String(number),
    ORCH_FAILED_CLASS: kind,
    ...(fits('ORCH_FAILED_MESSAGE', text) ? { ORCH_FAILED_MESSAGE: text } : {}),
    ...(exitCode === undefined ? {} : { ORCH_FAILED_EXIT_CODE: String(exitCode) }),
    // A function has none, nor has what ran on another machine.
    ...(existsSync(log) ? { ORCH_FAILED_LOG: log } : {}),
    ...(output === undefined ? {} : { ORCH_FAILED_OUTPUT: files.failedOutput }),
  };
}

function writeJson(path: string, value: Json): void {
  writeFileSync(path, `${JSON.stringify(value)}\n`, { flag: 'wx', mode: 0o600 });
}
