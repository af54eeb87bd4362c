import { harmlessInFile } from './text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that somebody else chose, for HTML and SVG: between tags, or in an attribute within quotes. */
export function markup(text: string): string {
  // What XML can't hold stands for nothing that anybody wrote.
  const sound = harmlessInFile(text)
    .toWellFormed()
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD');
  return sound.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
