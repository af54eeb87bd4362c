import type { ASTNode } from '@marcbachmann/cel-js';
import { limits } from '../limits.ts';
import { Problem } from './problem.ts';

/** Refuses what is too deep to be walked by functions that call themselves. Walks it without doing so. */
export function measure(root: ASTNode): void {
  const open: [node: ASTNode, depth: number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > limits.expressionDepth)
      throw new Problem(`The expression is nested more than ${limits.expressionDepth} levels deep`, node.start);
    for (const part of argumentsOf(node)) open.push([part, depth + 1]);
  }
}

function argumentsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
