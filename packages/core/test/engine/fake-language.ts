import type { Json } from '../../src/json.ts';
import type { Expression, ExpressionScope, Language, LoadedLanguage } from '../../src/spec/language.ts';

/**
 * A language of paths and comparisons, as in `outputs.plan.risk == "high"`: enough to see what core does with one.
 * Its schemas know `type` alone.
 */
export const fakeLanguage: Language & { loads: number } = {
  contract: 1,
  loads: 0,
  async load() {
    this.loads++;
    return loaded;
  },
};

const loaded: LoadedLanguage = {
  expression(source, variables) {
    const [left = '', operator, right] = source.split(/ (==|>) /);
    const path = left.split('.');
    if (!/^[\w.]+$/.test(left)) return { problem: 'it is no path', at: 0 };
    if (!(variables as readonly string[]).includes(path[0]!)) return { problem: `there is no variable ${path[0]}` };
    return expressionOf(path, operator, right === undefined ? undefined : (JSON.parse(right) as Json));
  },
  schema(jsonSchema) {
    const { type, ...more } = jsonSchema as { readonly type: string };
    const [unknown] = Object.keys(more);
    if (unknown !== undefined) return { problem: `${unknown} is not supported`, path: [unknown] };
    return {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          typeof value === type
            ? { value: value as Json }
            : { issues: [{ message: `must be of type ${type}`, path: [] }] },
      },
    };
  },
};

function expressionOf(path: readonly string[], operator: string | undefined, right: Json | undefined): Expression {
  return {
    references: [path],
    evaluate(scope: ExpressionScope) {
      let value: unknown = scope;
      for (const key of path) {
        value = (value as Record<string, unknown>)[key];
        if (value === undefined) throw new Error(`there is no ${path.join('.')}`);
      }
      if (operator === '==') return value === right;
      if (operator === '>') return (value as number) > (right as number);
      return value as Json;
    },
  };
}
