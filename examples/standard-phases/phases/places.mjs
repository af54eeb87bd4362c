// Where the phases find the repository and one another's notes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Variables such as GIT_DIR, which git sets for hooks, would lead git to another repository.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];

export const scratch = fileURLToPath(new URL('../.scratch', import.meta.url));
export const repository = join(scratch, 'repository');
const notes = join(scratch, 'notes');

export function readNote(name) {
  return JSON.parse(readFileSync(join(notes, name), 'utf8'));
}

/** Writes a note; answers with its path. */
export function writeNote(name, content) {
  const path = join(notes, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  return path;
}
