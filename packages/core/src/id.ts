// Not the global `crypto`: that loads Web Crypto on top of this.
import { randomBytes, randomFillSync } from 'node:crypto';

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

/** Random bytes are fetched by the page: a call costs some 10 µs, whatever it fetches. */
const page = Buffer.alloc(1_024);
let used = page.length;

/** 64 random bits, in hex. */
function randomWord(): string {
  if (used === page.length) {
    randomFillSync(page);
    used = 0;
  }
  used += 8;
  return page.toString('hex', used - 8, used);
}

export const randomIds: Ids = { runId: () => word(10), random: randomWord };
