import type { AttemptContext, Json } from '@orch/core/author';
import { textOf } from './attempt-data.ts';

/** A text that a command wrote, with `***` in the place of secret inputs, of each of their lines and of the texts in them. */
export function hideSecrets(text: string, { inputs, secrets }: Pick<AttemptContext, 'inputs' | 'secrets'>): string {
  const words = secrets.flatMap((name) => wordsOf(inputs[name] ?? null));
  // What holds another one goes first.
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  return longestFirst.reduce((hidden, word) => hidden.replaceAll(word, '***'), text);
}

function wordsOf(value: Json): readonly string[] {
  const own = textOf(value);
  const inner =
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : own.split(/\r?\n/);
  return [own, ...inner].filter((word) => word !== '');
}
