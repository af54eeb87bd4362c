/** What can be seen of a JSON text without parsing it. Exact for well-formed text. */
export interface Nesting {
  /** Offset of the first bracket that goes deeper than allowed. */
  readonly tooDeepAt?: number;
  /** Keys of all objects, repeated ones too. */
  readonly keys: number;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * One pass over the characters, before any parser: those keep a stack or recur, and then depth is dangerous. Up to the
 * first mistake in a text it sees what `JSON.parse` sees.
 */
export function measureNesting(text: string, maxDepth: number): Nesting {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) keys++;
    // `[` 0x5b and `{` 0x7b, `]` 0x5d and `}` 0x7d: the same but for one bit.
    else if ((code | 0x20) === 0x7b) {
      if (++depth > maxDepth) return { tooDeepAt: at, keys };
    } else if ((code | 0x20) === 0x7d) depth--;
  }
  return { keys };
}

/** Where the bracket at `start` of a well-formed text is closed, that one included. */
export function endOfNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if ((code | 0x20) === 0x7b) depth++;
    else if ((code | 0x20) === 0x7d && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
  return text.length;
}

/** Keys of all objects in a value that JSON gave: fewer than its text has when some were repeated. */
export function countKeys(value: unknown): number {
  let keys = 0;
  const left: unknown[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === 'object' && item !== null) left.push(item);
      continue;
    }
    if (typeof next !== 'object' || next === null) continue;
    for (const item of Object.values(next)) {
      keys++;
      if (typeof item === 'object' && item !== null) left.push(item);
    }
  }
  return keys;
}
