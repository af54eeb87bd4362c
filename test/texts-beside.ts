import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of a place but those of a name or pattern, and what it says. */
export function textsBeside(place: string, name: string): readonly (readonly [path: string, text: string])[] {
  const paths = globSync('**', { cwd: place, exclude: [name] });
  const files = paths.filter((path) => existsSync(join(place, path)) && statSync(join(place, path)).isFile());
  return files.map((path) => [path, readFileSync(join(place, path), 'utf8')] as const);
}
