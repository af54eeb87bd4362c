import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { checkPlan, isUnread } from '../plan-file.ts';
import { openSession } from '../session.ts';
import { print, say } from '../streams.ts';
import { renderFindings } from '../view/findings.ts';
import { count, harmless } from '../view/text.ts';

export interface ValidateOptions {
  readonly json?: boolean;
  readonly commandCheck: boolean;
}

/** Says everything that is wrong with a plan; needs no state and makes none. */
export async function validate(path: string, { json = false, commandCheck }: ValidateOptions): Promise<ExitCode> {
  await using session = await openSession({});
  const { valid, findings, checks, render } = await checkPlan(session, path, { commandCheck });
  if (json) {
    await print(`${JSON.stringify({ valid, findings, checks: checks() }, null, 2)}\n`);
  } else {
    for (const paragraph of renderFindings(findings, { render, path })) say(paragraph);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const warnings = findings.length - errors;
    const parts = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''];
    const sum = parts.filter((part) => part !== '').join(', ');
    say(`${harmless(path)} is ${valid ? 'valid' : 'not valid'}${sum === '' ? '' : `: ${sum}`}`);
  }
  const unread = findings.find(isUnread);
  if (unread !== undefined) return exitCodeOf(unread.code);
  return valid ? exitCodes.done : exitCodes.usage;
}
