import { isOrchError, messageOf } from '@orch/core/author';
import type { ErrorCode } from '@orch/core';
import { explainMissing } from './explain-missing.ts';
import { placeOf } from './find-in-text.ts';
import type { Imported } from './load-module.ts';
import type { ModuleProblem } from './module-problem.ts';
import { framesOf, markedPlaceOf } from './stack-frames.ts';
import type { FilePlace } from './stack-frames.ts';
import { findSyntaxError } from './syntax-place.ts';

type Failed = Exclude<Imported, { readonly exports: unknown }>;

/** Why a file could not be imported, and where. */
export function explainFailure(file: string, failed: Failed): ModuleProblem {
  if ('unfinished' in failed) return unfinished(file, failed.unfinished);
  const { thrown } = failed;
  if (isOrchError(thrown)) return thrownByOrch(file, thrown);
  if (!(thrown instanceof Error)) return threw(thrown, undefined);
  const { code = '' } = thrown as NodeJS.ErrnoException;
  if (code === 'ERR_MODULE_NOT_FOUND' || /^ERR_.*(?:IMPORT|PACKAGE|RESOLVE|EXTENSION|MODULE_TYPE)/.test(code))
    return explainMissing(file, thrown);
  const frames = framesOf(thrown);
  // One that code of its own threw, as JSON.parse does, is no error of its text.
  if (thrown.name !== 'SyntaxError' || (frames.length > 0 && markedPlaceOf(thrown.stack ?? '') === undefined))
    return threw(thrown, frames.find(isOwnCode) ?? frames[0]);
  return syntaxError(file, thrown);
}

function isOwnCode({ file }: FilePlace): boolean {
  return !/[/\\]node_modules[/\\]/.test(file);
}

function unfinished(file: string, why: 'idle' | 'late'): ModuleProblem {
  return {
    code: 'ORCH_MODULE_UNFINISHED',
    message:
      why === 'idle'
        ? 'It never finishes importing: an await at its top level waits for what nothing is left to bring.'
        : 'It did not finish importing in two minutes: an await at its top level still waits.',
    hint: 'A module says what is to be done; do what takes time in a phase.',
    // Which one it is that waits, Node does not say; the first that stands at the beginning of a line is a good guess.
    place: placeOf(file, /^(?:(?:export )?(?:const|let|var) [^\n;=]*= *)?await\b/m),
  };
}

/** What the builder of workflows refuses, and `process.exit`. */
function thrownByOrch(file: string, error: Error & { readonly code: string; readonly hint?: string }): ModuleProblem {
  const frames = framesOf(error);
  return {
    code: error.code as ErrorCode,
    message: error.message,
    hint: error.hint ?? 'Correct it there.',
    place: frames.find((frame) => frame.file === file) ?? frames.find(isOwnCode),
    cause: error,
  };
}

function threw(thrown: unknown, place: FilePlace | undefined): ModuleProblem {
  const words = thrown instanceof Error && thrown.name !== 'Error' ? `${thrown.name}: ` : '';
  return {
    code: 'ORCH_MODULE_THREW',
    message: `It threw while it was imported: ${words}${messageOf(thrown) || 'an error without a message'}`,
    hint:
      place === undefined
        ? 'What was thrown is no Error, so nothing says where: throw new Error(…).'
        : 'Nothing was started.',
    place,
    cause: thrown,
  };
}

function syntaxError(file: string, thrown: Error): ModuleProblem {
  const marked = markedPlaceOf(thrown.stack ?? '');
  const { code = '' } = thrown as NodeJS.ErrnoException;
  const known = { message: thrown.message, place: marked, cause: thrown };
  const [, name] = /does not provide an export named '([^']*)'/.exec(thrown.message) ?? [];
  if (name !== undefined)
    return {
      ...known,
      code: 'ORCH_MODULE_IMPORT',
      hint: 'See what that module exports. A type is imported by `import type`: Node removes those lines.',
    };
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return {
      ...known,
      code: 'ORCH_MODULE_SYNTAX',
      message: `${thrown.message}: Node leaves types out, and compiles nothing.`,
      hint: 'Write it as JavaScript: an enum as an object `as const`, a parameter property as a field. `erasableSyntaxOnly` in tsconfig.json finds them all.',
    };
  return {
    ...known,
    place: marked ?? findSyntaxError(file, thrown.message),
    code: 'ORCH_MODULE_SYNTAX',
    hint: 'Correct it there; what comes after it was not read.',
  };
}
