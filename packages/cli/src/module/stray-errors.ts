import { dirname } from 'node:path';
import { messageOf, orchError } from '@orch/core/author';
import { leave } from '../leave.ts';
import { reportError } from '../report-error.ts';
import { framesOf } from './stack-frames.ts';

/** Where orch's own code is: the bundle, or the packages. */
const own = ownPlace();

/** What code of modules throws where nobody can catch it is told as theirs, not as a bug of orch. */
export function listenForStrayErrors(): void {
  process.prependListener('uncaughtException', (thrown) => {
    const [frame] = framesOf(thrown);
    if (frame === undefined ? isOfOrch(thrown) : frame.file.startsWith(own)) return;
    const at = frame === undefined ? '' : ` (at ${frame.file}:${frame.line}:${frame.column})`;
    const error = orchError({
      code: 'ORCH_MODULE_THREW',
      message: `Code of a module threw where nothing catches it: ${messageOf(thrown)}${at}`,
      hint: 'Await what is started, or catch what it throws. A run that was driven is interrupted: orch recover goes on.',
      cause: thrown,
    });
    leave(reportError(error, process.argv.slice(2)));
  });
}

/** Of what says no place: orch throws nothing but errors, and leaves no rejection unheard. */
function isOfOrch(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown as NodeJS.ErrnoException).code !== 'ERR_UNHANDLED_REJECTION';
}

function ownPlace(): string {
  const file = framesOf(new Error('here'))[0]?.file ?? '';
  return file.endsWith('.script') ? dirname(file) : dirname(dirname(dirname(dirname(file))));
}
