import { isTooDeep, maxOutputBytes, maxOutputDepth, quote } from '@orch/core/author';
import type { Attempt, AttemptContext, Json, Outcome, OutputSource } from '@orch/core/author';
import type { AttemptFiles } from './attempt-files.ts';
import { hideSecrets } from './hide-secrets.ts';
import { readOutputText } from './read-output-text.ts';

/** Whether the stdout of a command goes to a file of its own. */
export function printsOutput({ output }: Attempt): boolean {
  return output === 'stdout' || output === 'stdout-last-line';
}

const longestExcerpt = 200;

/**
 * The outcome of a command that ended by itself, with the output that its phase declares. Success without one is none.
 * Read from the files of the attempt alone, so whoever looks comes to the same result.
 */
export function withOutput(
  { attempt, context, files }: { attempt: Attempt; context: AttemptContext; files: AttemptFiles },
  outcome: Outcome,
): Outcome {
  const { output: source } = attempt;
  const isEnd = outcome.status === 'completed' || (outcome.status === 'failed' && outcome.class === 'exit');
  if (source === undefined || !isEnd) return outcome;
  const path = source === 'file' ? files.output : files.stdout;
  const read = readOutput(path, source);
  if ('value' in read) return { ...outcome, output: read.value };
  if (outcome.status === 'failed') return outcome;
  const { problem, found, hint = hints[source] } = read;
  const excerpt = found === undefined ? '' : `: found ${quote(hideSecrets(found, context), longestExcerpt)}`;
  return {
    ...outcome,
    status: 'failed',
    class: 'invalid-output',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `The output ${problem}${excerpt} (${path}).`, hint },
  };
}

const hints: Readonly<Record<OutputSource, string>> = {
  file: 'The command has to write one JSON value to the file that $ORCH_OUTPUT names.',
  stdout: 'The command has to print one JSON value and nothing else: what is for people belongs on stderr.',
  'stdout-last-line': 'The last line that the command prints on stdout has to be one JSON value.',
};

type Output =
  | { readonly value: Json }
  /** `found`: what stands in its place. */
  | { readonly problem: string; readonly found?: string; readonly hint?: string };

function readOutput(path: string, source: OutputSource): Output {
  const read = readOutputText(path, { maxBytes: maxOutputBytes, lastLine: source === 'stdout-last-line' });
  if ('tooLong' in read) {
    const hint = 'Write it to a file in the folder $ORCH_ARTIFACTS and return its path.';
    return { problem: `has more than ${maxOutputBytes} bytes`, hint };
  }
  if ('problem' in read) return read;
  const { text } = read;
  if (/^[ \t\r\n]*$/.test(text)) return { problem: 'is empty' };
  if (!read.isWhole) return { problem: 'is not UTF-8', found: text };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { problem: syntaxProblem(text, error as SyntaxError), found: text };
  }
  return isTooDeep(value) ? { problem: `is nested more than ${maxOutputDepth} deep`, found: text } : { value };
}

/** In words; what the engine's own say stands in the place of the error only. */
function syntaxProblem(text: string, { message }: SyntaxError): string {
  if (/after JSON/.test(message)) return 'is more than one JSON value';
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  const isCut = /^Unexpected end|^Unterminated/.test(message) || Number(position) === text.length;
  return isCut ? 'ends in the middle of a JSON value' : 'is not JSON';
}
