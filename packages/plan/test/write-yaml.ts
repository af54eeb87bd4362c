import { isList, isMembers, type Choose, type Scalar, type Tree } from './tree.ts';

/** YAML in all of its styles: blocks and brackets, and texts that are plain, in quotes or on lines of their own. */
export function writeYaml(tree: Tree, choose: Choose): string {
  const start = ['', '---\n', '# one\n', '%YAML 1.2\n---\n'][choose(4)]!;
  return `${start}${writeValue(tree, '', choose).replace(/^\n/, '')}\n`;
}

const comment = (choose: Choose): string => ['', '', ' # two', '\n\n'][choose(4)]!;

/** What stands behind a key or a dash: on the same line, or on the next ones, indented by more than `indent`. */
function writeValue(tree: Tree, indent: string, choose: Choose): string {
  if (isList(tree)) {
    if (tree.length === 0 || choose(3) === 0) return writeFlow(tree, choose);
    return tree.map((it) => `\n${indent}-${writeBehind(it, `${indent}  `, choose)}`).join('');
  }
  if (isMembers(tree)) {
    if (tree.members.length === 0 || choose(3) === 0) return writeFlow(tree, choose);
    return tree.members
      .map(([key, it]) => `\n${indent}${writeScalar(key, choose)}:${writeBehind(it, `${indent}  `, choose)}`)
      .join('');
  }
  if (typeof tree === 'string' && isBlockText(tree) && choose(2) === 0)
    return `|-\n${tree
      .split('\n')
      .map((line) => `${indent} ${line}`)
      .join('\n')}`;
  return writeScalar(tree, choose);
}

function writeBehind(tree: Tree, indent: string, choose: Choose): string {
  const value = writeValue(tree, indent, choose);
  if (value === '') return '';
  if (value.startsWith('\n')) return `${[' # three', ''][choose(2)]}${value}`;
  return ` ${value}${value.startsWith('|') ? '' : comment(choose)}`;
}

function writeFlow(tree: Tree, choose: Choose): string {
  const gap = (): string => ['', ' ', ' '][choose(3)]!;
  const parts = (of: readonly string[]): string => of.map((it) => gap() + it + gap()).join(',');
  if (isList(tree)) return `[${parts(tree.map((it) => writeFlow(it, choose)))}]`;
  if (!isMembers(tree)) return writeScalar(tree, choose, '""');
  return `{${parts(tree.members.map(([key, it]) => `${writeScalar(key, choose)}: ${writeFlow(it, choose)}`))}}`;
}

/** Words that are no text without quotes. */
const taken = /^(?:true|false|null)$/i;
const plain = /^[A-Za-z_](?:[A-Za-z0-9_. -]*[A-Za-z0-9_])?$/;

function writeScalar(value: Scalar, choose: Choose, empty = ''): string {
  if (value === null) return ['null', '~', empty === '' ? '' : 'Null'][choose(3)]!;
  if (typeof value !== 'string') return String(value);
  const style = choose(3);
  if (style === 0 && plain.test(value) && !taken.test(value)) return value;
  if (style === 1 && /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}

/** Lines that keep their blanks. */
function isBlockText(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9 :#'"-]*(?:\n[A-Za-z0-9][A-Za-z0-9 :#'"-]*)*$/.test(text);
}
