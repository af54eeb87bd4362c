import { messageOf, orchError } from '../errors/orch-error.ts';
import { ownCopies } from '../executor/own-copies.ts';
import { isThenable } from '../hooks/thenable.ts';
import type { Json } from '../json.ts';
import type { RunState } from '../run/state.ts';
import type { Schema } from '../schema.ts';
import { show } from '../show.ts';
import { needsLanguage } from '../spec/check-expressions.ts';
import { outcomeVariables, scopeVariables } from '../spec/language.ts';
import type { Expression, ExpressionScope, Language, LoadedLanguage, Variable } from '../spec/language.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import { isTemplate, parseTemplate } from '../spec/template.ts';
import type { Ended, PhaseRules, WorkflowDefinition } from '../spec/workflow.ts';
import type { OutputSpec, WorkflowSpec } from '../spec/workflow-spec.ts';
import { outputsFor, scopeFor } from './scope.ts';
import type { RunInputs } from './scope.ts';

type Options = { readonly [key: string]: Json };

/** What a definition says in expressions and functions, ready to be asked. Compiled where it is first asked for. */
export interface RunRules {
  /** Whether the `if` of a phase holds. Throws where it can't be evaluated. */
  condition(phase: number): boolean;
  /** The options of an attempt with `${{ … }}` expanded. Throws `ORCH_PHASE_EXPRESSION`. */
  expand(phase: number, options: Options): Options;
  /** The output that a phase declares. */
  declaredOutput(phase: number): OutputSpec | undefined;
  /** The schema that the output of a phase must fit. */
  outputSchema(phase: number): Schema | undefined;
  /** What `fail_when` says of an attempt that ended; absent: the phase has none. Throws where it can't be evaluated. */
  readonly failWhen: (phase: number) => FailWhen | undefined;
  /** An expression of one of the phase's options, over a failed attempt. */
  evaluate(
    phase: number,
    source: string,
    ended: { readonly output?: Json; readonly exitCode?: number },
  ): Json | undefined;
}

export interface FailWhen {
  /** How messages call it. */
  readonly source: string;
  /** `readsExitCode`: it judges the exit code itself, so that one other than 0 is no failure of its own. */
  judge(ended: { readonly output: Json | undefined; readonly exitCode: number }): {
    readonly failed: boolean;
    readonly readsExitCode: boolean;
  };
}

export interface RulesParts {
  readonly definition: WorkflowDefinition | undefined;
  readonly language: Language | undefined;
  readonly phaseKeys: PhaseKeys;
}

/** Loads the language where the definition needs it. Throws `ORCH_LANGUAGE_MISSING` where there is none. */
export async function loadLanguage(
  spec: WorkflowSpec,
  { language, phaseKeys }: Pick<RulesParts, 'language' | 'phaseKeys'>,
): Promise<LoadedLanguage | undefined> {
  if (!needsLanguage(spec, phaseKeys)) return undefined;
  if (language !== undefined) return language.load();
  throw orchError({
    code: 'ORCH_LANGUAGE_MISSING',
    message: `Workflow ${spec.id} has expressions or JSON Schemas, which core does not carry out by itself.`,
    hint: 'Make the orchestrator with language: planLanguage(), of @orch/plan.',
  });
}

/** The rules of one run. */
export function runRules(
  state: RunState,
  inputs: RunInputs,
  { definition, phaseKeys }: Pick<RulesParts, 'definition' | 'phaseKeys'>,
  language: LoadedLanguage | undefined,
): RunRules {
  return new Rules(state, inputs, definition?.rules ?? new Map(), phaseKeys, language);
}

class Rules implements RunRules {
  readonly #state: RunState;
  readonly #inputs: RunInputs;
  readonly #code: ReadonlyMap<string, PhaseRules>;
  readonly #phaseKeys: PhaseKeys;
  readonly #language: LoadedLanguage | undefined;
  readonly #compiled = new Map<string, Expression>();
  readonly #schemas = new Map<number, Schema>();

  constructor(
    state: RunState,
    inputs: RunInputs,
    code: ReadonlyMap<string, PhaseRules>,
    phaseKeys: PhaseKeys,
    language: LoadedLanguage | undefined,
  ) {
    this.#state = state;
    this.#inputs = inputs;
    this.#code = code;
    this.#phaseKeys = phaseKeys;
    this.#language = language;
  }

  condition(phase: number): boolean {
    const { name, if: condition } = this.#specOf(phase);
    if (condition === undefined) return true;
    if (condition !== true)
      return asTruth(this.#expression(condition, scopeVariables).evaluate(this.#scope(phase)), 'if');
    const [inputs, outputs] = [ownCopies(this.#inputs), ownCopies(outputsFor(this.#state, phase))];
    return asTruth(this.#codeOf(name, 'if')({ inputs, outputs }), 'if');
  }

  expand(phase: number, options: Options): Options {
    let expanded: Record<string, Json> | undefined;
    for (const key of Object.keys(options)) {
      const value = options[key]!;
      if (this.#phaseKeys.options.get(key)?.templates?.(value) !== true) continue;
      const made = mapTexts(value, (text) => this.#expandText(phase, key, text));
      if (made !== value) (expanded ??= { ...options })[key] = made;
    }
    return expanded ?? options;
  }

  declaredOutput(phase: number): OutputSpec | undefined {
    return this.#specOf(phase).output;
  }

  outputSchema(phase: number): Schema | undefined {
    const { name, output } = this.#specOf(phase);
    if (output?.schema === undefined) return undefined;
    if (output.schema === true) return this.#codeOf(name, 'output');
    let schema = this.#schemas.get(phase);
    if (schema === undefined) {
      const made = this.#languageFor().schema(output.schema);
      if ('problem' in made) throw new Error(made.problem);
      this.#schemas.set(phase, (schema = made));
    }
    return schema;
  }

  readonly failWhen = (phase: number): FailWhen | undefined => {
    const { name, failWhen } = this.#specOf(phase);
    if (failWhen === undefined) return undefined;
    if (failWhen === true) return failWhenOfCode(this.#codeOf(name, 'failWhen'));
    const expression = this.#expression(failWhen, outcomeVariables);
    const readsExitCode = expression.references.some(([variable]) => variable === 'exit_code');
    return {
      source: failWhen,
      judge: (ended) => ({
        failed: asTruth(expression.evaluate(this.#outcomeScope(phase, ended)), 'fail_when'),
        readsExitCode,
      }),
    };
  };

  evaluate(
    phase: number,
    source: string,
    ended: { readonly output?: Json; readonly exitCode?: number },
  ): Json | undefined {
    return this.#expression(source, outcomeVariables).evaluate(this.#outcomeScope(phase, ended));
  }

  #specOf(phase: number): WorkflowSpec['phases'][number] {
    return this.#state.spec.phases[phase]!;
  }

  #scope(phase: number): ExpressionScope {
    return scopeFor(this.#state, phase, this.#inputs);
  }

  #outcomeScope(
    phase: number,
    { output, exitCode }: { readonly output?: Json | undefined; readonly exitCode?: number },
  ): ExpressionScope {
    return { ...this.#scope(phase), output, exit_code: exitCode };
  }

  #expandText(phase: number, key: string, text: string): string {
    if (!isTemplate(text)) return text;
    try {
      const parts = parseTemplate(text);
      if ('problem' in parts) throw new Error(parts.problem);
      const scope = this.#scope(phase);
      return parts
        .map((part) =>
          typeof part === 'string'
            ? part
            : asText(part.source, this.#expression(part.source, scopeVariables).evaluate(scope)),
        )
        .join('');
    } catch (error) {
      throw orchError({
        code: 'ORCH_PHASE_EXPRESSION',
        message: `${key} could not be expanded: ${messageOf(error)}`,
        cause: error,
      });
    }
  }

  #expression(source: string, variables: readonly Variable[]): Expression {
    let compiled = this.#compiled.get(source);
    if (compiled === undefined) {
      const made = this.#languageFor().expression(source, variables);
      if ('problem' in made) throw new Error(`${source}: ${made.problem}`);
      this.#compiled.set(source, (compiled = made));
    }
    return compiled;
  }

  #languageFor(): LoadedLanguage {
    if (this.#language !== undefined) return this.#language;
    throw new Error('the orchestrator has no language for expressions');
  }

  #codeOf<Key extends keyof PhaseRules>(name: string, key: Key): NonNullable<PhaseRules[Key]> {
    const code = this.#code.get(name)?.[key];
    if (code === undefined)
      throw new Error(`the workflow at hand has no function for ${key} of phase ${JSON.stringify(name)}`);
    return code;
  }
}

/** A function that never looks at the exit code leaves it to be judged as ever: more than 0 is a failure. */
function failWhenOfCode(judge: NonNullable<PhaseRules['failWhen']>): FailWhen {
  return {
    source: 'failWhen',
    judge({ output, exitCode }) {
      let readsExitCode = false;
      const own = ownCopies(output === undefined ? {} : { output });
      const ended: Ended = {
        get output() {
          return own['output'];
        },
        get exitCode() {
          readsExitCode = true;
          return exitCode;
        },
      };
      const failed = asTruth(judge(ended), 'failWhen');
      return { failed, readsExitCode };
    },
  };
}

function asTruth(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  if (!isThenable(value)) throw new Error(`${what} must be true or false, but is ${show(value)}`);
  // Refused anyway; unheard, a rejection would end the process.
  Promise.resolve(value).catch(() => undefined);
  throw new Error(`${what} must be true or false at once, but is a promise`);
}

function asText(source: string, value: Json | undefined): string {
  if (value === undefined || value === null) throw new Error(`${source} has no value`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The same value with its texts changed; the very same where none was. */
function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const made = (value as readonly Json[]).map((item) => mapTexts(item, change));
    return made.every((item, at) => item === value[at]) ? value : made;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)] as const);
  const before = value as { readonly [key: string]: Json };
  return entries.every(([key, item]) => item === before[key]) ? value : Object.fromEntries(entries);
}
