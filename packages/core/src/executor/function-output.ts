import { messageOf } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { Outcome } from './executor.ts';
import { isTooDeep, maxOutputBytes, maxOutputDepth } from './output-limits.ts';

/**
 * The outcome of a function that returned: its value as the journal will give it back. What JSON can't hold fails the
 * phase; what it holds in another form (a `Date`, a `toJSON`) is handed on in that form.
 */
export function completedWith(value: unknown): Outcome {
  if (value === undefined) return { status: 'completed' };
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuseSilentLoss);
  } catch (error) {
    return invalid(`is not JSON: ${firstLine(messageOf(error))}`, asJson);
  }
  if (text === undefined) return invalid(`is not JSON: found a ${typeof value}`, asJson);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxOutputBytes) return invalid(`is ${bytes} bytes of JSON; ${maxOutputBytes} are the most`, asFile);
  const output = JSON.parse(text) as Json;
  if (isTooDeep(output)) return invalid(`is nested more than ${maxOutputDepth} deep`, asJson);
  return { status: 'completed', output };
}

const asFile = 'Write it to a file in the artifacts folder and return the path.';
const asJson = `Return plain data: text, finite numbers, true, false, null, lists and objects of these. ${asFile}`;

/** JSON.stringify makes `null` of these: the type that dependents see would lie. */
function refuseSilentLoss(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`found ${value}${at(key)}`);
  if (typeof value === 'bigint') throw new TypeError(`found a BigInt${at(key)}`);
  return value;
}

function at(key: string): string {
  return key === '' ? '' : ` at ${JSON.stringify(key)}`;
}

/** A message about a circle goes on for lines. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

function invalid(what: string, hint: string): Outcome {
  return {
    status: 'failed',
    class: 'invalid-output',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `The output ${what}.`, hint },
  };
}
