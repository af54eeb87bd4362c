import { messageOf } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { Outcome } from './executor.ts';

const maxBytes = 2 ** 20;
/** Code that walks an output by recursion must not run out of stack. */
const maxDepth = 500;

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
  if (bytes > maxBytes) return invalid(`is ${bytes} bytes of JSON; ${maxBytes} are the most`, asFile);
  const output = JSON.parse(text) as Json;
  if (isDeeperThan(output, maxDepth)) return invalid(`is nested more than ${maxDepth} deep`, asJson);
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

function isDeeperThan(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner: Json) => isDeeperThan(inner, depth - 1));
}

function invalid(what: string, hint: string): Outcome {
  return {
    status: 'failed',
    class: 'invalid-output',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `The output ${what}.`, hint },
  };
}
