/** A plan as it is written: the keys of an object in their order, and one may stand there twice. */
export type Tree = Scalar | readonly Tree[] | Members;
export type Scalar = string | number | boolean | null;

export interface Members {
  readonly members: readonly (readonly [key: string, value: Tree])[];
}

/** Answers with one of so many. */
export type Choose = (choices: number) => number;

/** The same sequence of choices for the same seed. */
export function chooser(seed: number): Choose {
  let state = seed >>> 0;
  return (choices) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % choices;
  };
}

export function isMembers(tree: Tree): tree is Members {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

export function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** JSON; what stands between its parts is up to `gap`, and what before a closing bracket to `last`. */
export function writeJson(tree: Tree, gap: () => string = () => '', last: () => string = () => ''): string {
  const between = (parts: readonly string[]): string =>
    parts.map((part) => gap() + part + gap()).join(',') + (parts.length === 0 ? gap() : last());
  if (isList(tree)) return `[${between(tree.map((it) => writeJson(it, gap, last)))}]`;
  if (!isMembers(tree)) return JSON.stringify(tree);
  const members = tree.members.map(([key, it]) => `${JSON.stringify(key)}${gap()}:${gap()}${writeJson(it, gap, last)}`);
  return `{${between(members)}}`;
}

const gaps = ['', ' ', '\n', '\r\n\t', '// "one" {\n', '/* two, */', ' /*\n * three\n */ ', '//\n'];

/** JSON with comments and commas before closing brackets. */
export function writeJsonc(tree: Tree, choose: Choose): string {
  const gap = (): string => gaps[choose(gaps.length)]!;
  return gap() + writeJson(tree, gap, () => (choose(2) === 0 ? '' : `,${gap()}`)) + gap();
}
