import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * What is hashed here, in all, before `node:crypto` is loaded, which takes as long as this much does in code that is new. A process
 * that only runs a short workflow never comes to it.
 */
const bytesWithoutCrypto = 16 * 1_024;

let bytesLeft = bytesWithoutCrypto;

/** SHA-256 of a text in UTF-8, in hex, for names and comparisons: what `hash` of `node:crypto` answers. */
export function sha256(text: string): string {
  const { buffer, byteOffset, length } = Buffer.from(text);
  // Where `Buffer` is of another realm, as within `node:vm` and test runners that use it, it is no `Uint8Array` of ours.
  const bytes = new Uint8Array(buffer, byteOffset, length);
  bytesLeft -= bytes.length;
  return bytesLeft >= 0
    ? bytesToHex(nobleSha256(bytes))
    : process.getBuiltinModule('node:crypto').hash('sha256', bytes);
}
