import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { importsIn, textOf } from './find-in-text.ts';
import { markedPlaceOf } from './stack-frames.ts';
import type { FilePlace } from './stack-frames.ts';

/** Of a module and those it imports; a program of thousands is not searched. */
const mostFiles = 30;

/** Where a module, or one of the files that it imports, is no JavaScript: an import that fails by it does not say. */
export function findSyntaxError(file: string, message: string): FilePlace | undefined {
  for (const one of filesFrom(file)) {
    const place = checkSyntax(one, message);
    if (place !== undefined) return place;
  }
  return undefined;
}

function filesFrom(first: string): ReadonlySet<string> {
  const files = new Set([first]);
  for (const file of files)
    for (const { specifier } of importsIn(file)) {
      const imported = resolve(dirname(file), specifier);
      if (/^\.{1,2}\//.test(specifier) && files.size < mostFiles && existsSync(imported)) files.add(imported);
    }
  return files;
}

/** In a process of its own: Node says where only of a file that it was started with. What it reads there, it does not run. */
function checkSyntax(file: string, message: string): FilePlace | undefined {
  const input = withoutTypes(file);
  if (input === undefined) return undefined;
  const args = ['--no-warnings', '--input-type=module', '--check', '-'];
  const { stderr } = spawnSync(process.execPath, args, { input, encoding: 'utf8', env: {} });
  // It is none where no process could be started.
  if (!String(stderr).includes(`SyntaxError: ${message}`)) return undefined;
  const place = markedPlaceOf(stderr.replace('[stdin]:', `${file}:`));
  return place?.file === file ? place : undefined;
}

/** With blanks in place of types: all else stays where it was. */
function withoutTypes(file: string): string | undefined {
  const text = textOf(file);
  if (!file.endsWith('ts')) return text;
  const emitWarning = process.emitWarning.bind(process);
  // That the call is experimental is nothing that its user could do something about.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
