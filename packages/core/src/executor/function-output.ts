import { storedForm } from '../stored-form.ts';
import type { Outcome } from './executor.ts';
import { isTooDeep, maxOutputBytes, maxOutputDepth } from './output-limits.ts';

/**
 * The outcome of a function that returned: its value as the journal will give it back. What JSON can't hold fails the
 * phase; what it holds in another form (a `Date`, a `toJSON`) is handed on in that form.
 */
export function completedWith(value: unknown): Outcome {
  if (value === undefined) return { status: 'completed' };
  const stored = storedForm(value);
  if ('problem' in stored) return invalid(stored.problem, asJson);
  const bytes = Buffer.byteLength(stored.text);
  if (bytes > maxOutputBytes) return invalid(`is ${bytes} bytes of JSON; ${maxOutputBytes} are the most`, asFile);
  if (isTooDeep(stored.value)) return invalid(`is nested more than ${maxOutputDepth} deep`, asJson);
  return { status: 'completed', output: stored.value };
}

const asFile = 'Write it to a file in the artifacts folder and return the path.';
const asJson = `Return plain data: text, finite numbers, true, false, null, lists and objects of these. ${asFile}`;

function invalid(what: string, hint: string): Outcome {
  return {
    status: 'failed',
    class: 'invalid-output',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `The output ${what}.`, hint },
  };
}
