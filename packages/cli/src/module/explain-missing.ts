import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { harmless, shellWord } from '../view/text.ts';
import { importsIn } from './find-in-text.ts';
import type { ImportStatement } from './find-in-text.ts';
import type { ModuleProblem } from './module-problem.ts';

/** Why Node could not import what a module imports, and the place of the import where the text of that file has it. */
export function explainMissing(file: string, thrown: Error): ModuleProblem {
  // A second line, of what CommonJS would have found, is no help for an import.
  const [first = ''] = thrown.message.split('\n');
  const message = first.replaceAll(/file:\/\/[^\s"']+/g, pathOf);
  const [, target = '', importer = file] = /'([^']+)' imported from (.+)$/.exec(message) ?? [];
  // With a path in its place it is there, and incomplete.
  const isPackage = message.startsWith('Cannot find package') && !target.startsWith('/');
  const statement = importsIn(importer).find(({ specifier }) =>
    isPackage ? packageOf(specifier) === target : means(specifier, importer, target),
  );
  return {
    code: 'ORCH_MODULE_IMPORT',
    message: isPackage ? `There is no package ${target} that it could import.` : message,
    hint: hintFor({ target, isPackage, importer, statement, thrown }),
    place: statement?.place ?? placeByText(file, message),
    cause: thrown,
  };
}

function means(specifier: string, importer: string, target: string): boolean {
  return /^[./]/.test(specifier) && resolve(dirname(importer), specifier) === target;
}

/** Of an error that names no importer, the import of what it speaks of. */
function placeByText(file: string, message: string): ImportStatement['place'] | undefined {
  return importsIn(file).find(
    ({ specifier }) => message.includes(specifier) || message.includes(resolve(dirname(file), specifier)),
  )?.place;
}

interface Missing {
  readonly target: string;
  readonly isPackage: boolean;
  readonly importer: string;
  readonly statement: ImportStatement | undefined;
  readonly thrown: Error;
}

function hintFor({ target, isPackage, importer, statement, thrown }: Missing): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (isPackage) return `Install it where the module is: npm install ${harmless(shellWord(target))}`;
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'Node strips types of your own files only: a package has to be published as JavaScript.';
  if (code === 'ERR_IMPORT_ATTRIBUTE_MISSING') return "Write: import … from '….json' with { type: 'json' }";
  const beside = ['.mts', '.ts', '.mjs', '.js']
    .map((ending) => `${target.replace(/\.m?[jt]s$/, '')}${ending}`)
    .find((it) => it !== target && existsSync(it));
  if (beside === undefined || statement === undefined) return `Check the import in ${harmless(importer)}.`;
  const ending = beside.slice(beside.lastIndexOf('.'));
  return `Node takes imports as they stand: write '${harmless(statement.specifier.replace(/\.m?[jt]s$/, ''))}${ending}'.`;
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
