import { fillWithRandom } from './random-bytes.ts';

/** Random names, from outside: tests hand in their own. */
export interface Ids {
  /** A run id: short enough to type, safe as a file name. */
  runId(): string;
  /** A word of at least 64 random bits, for tokens and attempt keys. */
  random(): string;
}

/** What a run id may look like; the same as for a workflow id, but longer. */
export const runIdPattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Without letters that are taken for one another, and without vowels: no words come out. */
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';

function word(length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let made = '';
  while (made.length < length)
    for (const byte of randomBytes(length))
      if (byte < limit && made.length < length) made += alphabet[byte % alphabet.length];
  return made;
}

function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  fillWithRandom(bytes);
  return bytes;
}

const hexLength = 16;

/** Hex digits that nobody was given yet, by the page: a call for random bytes costs some 10 µs, whatever it fetches. */
let page = '';
let used = 0;

function randomHex(): string {
  if (used === page.length) {
    page = randomBytes(1_024).toString('hex');
    used = 0;
  }
  used += hexLength;
  return page.slice(used - hexLength, used);
}

export const randomIds: Ids = { runId: () => word(10), random: randomHex };
