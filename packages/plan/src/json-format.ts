import { findSyntaxError } from './find-syntax-error.ts';
import { locator } from './locate.ts';
import { countKeys, measureNesting } from './measure-nesting.ts';
import {
  characterAt,
  emptyFile,
  maxDepth,
  tooDeep,
  type ParsedText,
  type PlanFormat,
  type TextProblem,
} from './plan-format.ts';

/** Strict JSON (RFC 8259). */
export const jsonFormat: PlanFormat = { parse: parseJson };

export function parseJson(text: string): ReturnType<PlanFormat['parse']> {
  const { tooDeepAt, keys } = measureNesting(text, maxDepth);
  if (tooDeepAt !== undefined) return { problem: tooDeep(characterAt(tooDeepAt)) };
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (thrown) {
    return { problem: syntaxProblem(text, thrown) };
  }
  const places: ParsedText['places'] = (paths, options) => locator(text, paths, options);
  return { plan, places, repeats: keys !== countKeys(plan), problems: [] };
}

/** What a plan in YAML begins with, which somebody called `.json`. */
const yamlStart = /^\s*(?:---\s|[A-Za-z_]\w*:(?:\s|$))/;

function syntaxProblem(text: string, thrown: unknown): TextProblem {
  const code = 'ORCH_PLAN_SYNTAX';
  if (text.trim() === '') return emptyFile('A plan begins with {"workflow_id": …}.');
  const found = findSyntaxError(text);
  // Both readers follow the same grammar; should they ever differ, the word of the one that refused counts.
  if (found === undefined) return { code, message: String(thrown), offset: 0, length: 0 };
  const { opened, ...problem } = found;
  if (yamlStart.test(text))
    return { code, ...problem, hint: 'If this is YAML, let the name of the file end in .yaml.' };
  const related = opened === undefined ? {} : { related: [{ message: 'Opened here.', offset: opened, length: 1 }] };
  return { code, ...problem, ...related };
}
