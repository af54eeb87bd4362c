import { partsOf, type Tree } from './tree.ts';

/** The paths that an expression reads, each once. What is computed, or is the number of an item, ends a path. */
export function referencesOf(tree: Tree): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  const open = [tree];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { path, rest } = readPath(part);
    if (path !== undefined) found.set(JSON.stringify(path), path);
    // In the order of the text, as the last one is taken first.
    open.push(...rest.toReversed());
  }
  return [...found.values()];
}

/** The path that is read here, and the parts in which further ones may stand. */
function readPath(tree: Tree): { readonly path?: readonly string[]; readonly rest: readonly Tree[] } {
  const steps: string[] = [];
  const keys: Tree[] = [];
  let from = tree;
  while (from.kind === 'field' || from.kind === 'index') {
    if (from.kind === 'field') steps.push(from.key);
    else {
      steps.length = 0;
      keys.unshift(from.key);
    }
    from = from.of;
  }
  if (from.kind === 'variable') return { path: [from.name, ...steps.toReversed()], rest: keys };
  return { rest: from === tree ? partsOf(tree) : [from, ...keys] };
}
