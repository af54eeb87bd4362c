import type { Hash } from 'node:crypto';
import type { Json } from '../json.ts';
import { sha256 } from '../sha256.ts';

/** Long enough that a call of the hash costs little beside its work. */
const pieceLength = 16_384;

/**
 * SHA-256, in hex, of a value's JSON with the keys of every object sorted, so that equal data has the same hash. Hashed
 * in pieces: the text of 100,000 phases would be as large as all else that a run keeps in memory.
 */
export function canonicalHash(value: Json): string {
  let hash: Hash | undefined;
  let piece = '';
  writeCanonical(value, (text) => {
    piece += text;
    if (piece.length < pieceLength) return;
    hash ??= process.getBuiltinModule('node:crypto').createHash('sha256');
    hash.update(piece);
    piece = '';
  });
  return hash === undefined ? sha256(piece) : hash.update(piece).digest('hex');
}

function writeCanonical(value: Json, write: (text: string) => void): void {
  if (typeof value !== 'object' || value === null) return write(JSON.stringify(value));
  if (Array.isArray(value)) return writeList(value, write);
  const object = value as { readonly [key: string]: Json | undefined };
  let before = '{';
  for (const key of Object.keys(object).sort()) {
    const inner = object[key];
    if (inner === undefined) continue;
    write(`${before}${JSON.stringify(key)}:`);
    writeCanonical(inner, write);
    before = ',';
  }
  write(before === '{' ? '{}' : '}');
}

function writeList(list: readonly Json[], write: (text: string) => void): void {
  let before = '[';
  for (const inner of list) {
    write(before);
    writeCanonical(inner, write);
    before = ',';
  }
  write(before === '[' ? '[]' : ']');
}
