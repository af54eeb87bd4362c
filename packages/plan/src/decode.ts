/** The text of a plan file, or what is wrong with its bytes and after which text. */
export type Decoded =
  | { readonly text: string }
  | {
      readonly problem: string;
      readonly hint: string;
      /** What could be read, up to the problem. */ readonly before: string;
    };

/** Strict UTF-8, as JSON wants it, in every format: no byte order mark, no other encoding, nothing replaced silently. */
export function decode(bytes: Uint8Array): Decoded {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return refused('The file begins with a byte order mark, which plans do not have.', 'Save it as UTF-8 without BOM.');
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return refused(utf16, saveAsUtf8);
  // A plan begins with an ASCII character: a zero byte next to it is the other half of a wider character.
  if (bytes.length >= 2 && (a === 0) !== (b === 0)) return refused(utf16, saveAsUtf8);
  if (bytes.length >= 4 && a === 0 && b === 0 && c === 0 && d !== 0)
    return refused('The file is UTF-32, not UTF-8.', saveAsUtf8);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    // The decoder says that, not where.
    return refused('The file is not UTF-8 from here on.', saveAsUtf8, textBeforeInvalid(bytes));
  }
}

const utf16 = 'The file is UTF-16, not UTF-8.';
const saveAsUtf8 = 'Save it as UTF-8.';

function refused(problem: string, hint: string, before = ''): Decoded {
  return { problem, hint, before };
}

/** Decoding leniently puts U+FFFD where bytes are wrong; one that stands in the file itself has three bytes of its own. */
function textBeforeInvalid(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return text.slice(0, at);
    from = at;
  }
  return text;
}
