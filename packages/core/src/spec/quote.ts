/** Text in double quotes for a message: what a terminal would act upon is escaped, what is too long is clipped. */
export function quote(text: string, maxLength = 80): string {
  const characters = text.length > maxLength ? Array.from(text.slice(0, 2 * maxLength)) : undefined;
  const clipped =
    characters !== undefined && characters.length > maxLength
      ? `${characters.slice(0, maxLength - 1).join('')}…`
      : text;
  return JSON.stringify(clipped).replace(notEscapedByJson, escape);
}

/** What a value is, for the end of "must be …, not …". */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value, 40);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'an object' : typeof value;
}

/** C1 controls, marks that change the direction of text, and characters that show nothing. */
const notEscapedByJson = /[\u007f-\u009f\u00ad\u061c\u200b\u2060-\u2064\ufeff\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
