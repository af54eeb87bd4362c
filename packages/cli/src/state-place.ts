import { resolve } from 'node:path';
import { configFlag, configInForce } from './config/config-in-force.ts';
import { shellWord } from './view/text.ts';

/** Where runs are kept. */
export interface StatePlace {
  readonly directory: string;
  /** What a command line has to add to find the same place from the same folder; empty for the default. */
  readonly flag: string;
}

/** `--state-dir`, else `ORCH_STATE`, else what orch.config says, else `.orch` in the current folder. */
export function findStatePlace(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): StatePlace {
  const chosen = given ?? (environment['ORCH_STATE'] || undefined);
  const directory = resolve(chosen ?? configInForce()?.stateDir ?? '.orch');
  return { directory, flag: `${chosen === undefined ? '' : ` --state-dir ${shellWord(directory)}`}${configFlag()}` };
}

/** What `--state-dir` says, for whoever begins before the command line is read, or where it could not be read. */
export function stateDirectoryIn(args: readonly string[]): string | undefined {
  return optionIn(args, '--state-dir');
}

/** What an option says that takes a value. */
export function optionIn(args: readonly string[], option: string): string | undefined {
  const at = args.findLastIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  const found = args[at]?.slice(option.length + 1) || (at === -1 ? undefined : args[at + 1]);
  return found === '' ? undefined : found;
}
