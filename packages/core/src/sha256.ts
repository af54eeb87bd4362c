/**
 * What is hashed here, in all, before `node:crypto` is loaded, which takes as long as this much does in code that is new. A process
 * that only runs a short workflow never comes to it.
 */
const bytesWithoutCrypto = 16 * 1_024;

let bytesLeft = bytesWithoutCrypto;

/** SHA-256 of a text in UTF-8, in hex, for names and comparisons: what `hash` of `node:crypto` answers. */
export function sha256(text: string): string {
  const bytes = Buffer.from(text);
  bytesLeft -= bytes.length;
  return bytesLeft >= 0 ? hashHere(bytes) : process.getBuiltinModule('node:crypto').hash('sha256', bytes);
}

function hashHere(bytes: Buffer): string {
  // Padded as FIPS 180-4, 5.1.1, says: a bit, zeros, and the number of bits in the last eight bytes.
  const padded = Buffer.alloc(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  padded.writeUInt32BE(bytes.length * 8, padded.length - 4);
  const hash = Int32Array.from(firstHash);
  for (let block = 0; block < padded.length; block += blockBytes) addBlock(hash, padded, block);
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

const blockBytes = 64;

/** FIPS 180-4, 6.2.2, in its letters. Written out: this is code that is run a few times, and never gets compiled well. */
function addBlock(hash: Int32Array, padded: Uint8Array, block: number): void {
  fillSchedule(padded, block);
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight;
  for (let round = 0; round < 64; round++) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + constants[round]! + schedule[round]!) | 0;
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const added = [a, b, c, d, e, f, g, h];
  for (let index = 0; index < 8; index++) hash[index]! += added[index]!;
}

type Eight = [number, number, number, number, number, number, number, number];

const schedule = new Int32Array(64);

function fillSchedule(padded: Uint8Array, block: number): void {
  for (let word = 0, at = block; word < 16; word++, at += 4)
    schedule[word] = (padded[at]! << 24) | (padded[at + 1]! << 16) | (padded[at + 2]! << 8) | padded[at + 3]!;
  for (let word = 16; word < 64; word++) {
    const x = schedule[word - 2]!;
    const y = schedule[word - 15]!;
    const small1 = ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10);
    const small0 = ((y >>> 7) | (y << 25)) ^ ((y >>> 18) | (y << 14)) ^ (y >>> 3);
    schedule[word] = small1 + schedule[word - 7]! + small0 + schedule[word - 16]!;
  }
}

const firstHash = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const constants = Int32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
