/** What a script ends with: a comment that tells it from every other one, of the same length too. */
const beginning = '//';
const digits = 16;

/** The script with its mark, made of its hash when it is built: at each start that would take longer than to read the script. */
export function withMark(script: string): string {
  const hash = process.getBuiltinModule('node:crypto').hash('sha256', script);
  return `${script.trimEnd()}${beginning}${hash.slice(0, digits)}`;
}

/** `undefined`: it has none. */
export function markOf(script: string): string | undefined {
  const end = script.slice(-beginning.length - digits);
  return /^\/\/[0-9a-f]{16}$/.test(end) ? end.slice(beginning.length) : undefined;
}
