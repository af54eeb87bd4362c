import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Executor } from '../executor/executor.ts';
import { heldToContract } from '../executor/held-to-contract.ts';
import type { Json } from '../json.ts';
import type { DescribedSchema } from '../schema.ts';
import { copyJson } from '../spec/copy-json.ts';
import { optionIssues } from '../spec/phase-keys.ts';
import type { OwnedKey } from '../spec/phase-keys.ts';
import { phaseKeys } from '../spec/plan-keys.ts';
import { invalidPlugin } from './invalid-plugin.ts';
import type { PhaseOptionSettings } from './plugin.ts';

/** Who owns what, so that a second claim can name both. */
export class PluginClaims {
  readonly executors: Map<string, Executor> = new Map();
  readonly optionKeys: Map<string, OwnedKey> = new Map();
  readonly #names = new Set<string>();
  readonly #kindOwners = new Map([['function', 'core']]);
  /** One of several kinds is still one. */
  readonly #held = new Map<Executor, Executor>();

  claimName(name: string): void {
    if (this.#names.has(name)) throw invalidPlugin(name, 'it is loaded twice: two plugins have this name');
    this.#names.add(name);
  }

  claimKind(plugin: string, kind: string, executor: Executor): void {
    if (typeof kind !== 'string' || kind === '') throw invalidPlugin(plugin, 'a kind of executor must be a text');
    const owner = this.#kindOwners.get(kind);
    if (owner !== undefined) throw claimedTwice(plugin, owner, `the executor of kind ${JSON.stringify(kind)}`);
    if (typeof (executor as Partial<Executor> | undefined)?.execute !== 'function')
      throw invalidPlugin(plugin, `the executor of kind ${JSON.stringify(kind)} has no execute function`);
    this.#kindOwners.set(kind, plugin);
    const held = this.#held.get(executor) ?? heldToContract(plugin, executor);
    this.#held.set(executor, held);
    this.executors.set(kind, held);
  }

  claimOption<T>(plugin: string, key: string, schema: DescribedSchema<T>, settings?: PhaseOptionSettings<T>): void {
    const owned = ownedKey(plugin, key, schema, settings);
    const owner = isCoreKey(key) ? 'core' : this.optionKeys.get(key)?.owner;
    if (owner !== undefined) throw claimedTwice(plugin, owner, `the phase option ${JSON.stringify(key)}`);
    this.optionKeys.set(key, owned);
  }
}

/** Keys that core reads itself in plan files: a plugin's schema would never be asked. */
function isCoreKey(key: string): boolean {
  return phaseKeys.get(key)?.accepts !== undefined;
}

function ownedKey<T>(
  plugin: string,
  key: string,
  schema: DescribedSchema<T>,
  { planDefault, inPlans = true, notBeside, templates, secrets, expressions }: PhaseOptionSettings<T> = {},
): OwnedKey {
  const option = `the phase option ${JSON.stringify(key)}`;
  if (typeof key !== 'string' || key === '' || key === '__proto__')
    throw invalidPlugin(plugin, `${option} is not named by a usable text`);
  const standard = (schema as Partial<DescribedSchema<T>> | undefined)?.['~standard'];
  if (
    standard?.version !== 1 ||
    typeof standard.validate !== 'function' ||
    typeof standard.jsonSchema?.input !== 'function'
  )
    throw invalidPlugin(
      plugin,
      `${option} has no schema that describes itself (Standard Schema with jsonSchema, as of zod 4.2)`,
    );
  const owned: OwnedKey = {
    owner: plugin,
    schema,
    inPlans,
    // Called with values that the schema has accepted.
    ...(templates === undefined ? {} : { templates: templates as NonNullable<OwnedKey['templates']> }),
    ...(notBeside === undefined ? {} : { notBeside }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(expressions === undefined ? {} : { expressions: expressions as NonNullable<OwnedKey['expressions']> }),
  };
  return planDefault === undefined ? owned : { ...owned, planDefault: checkedDefault(plugin, key, owned, planDefault) };
}

function checkedDefault(plugin: string, key: string, owned: OwnedKey, planDefault: unknown): Json {
  const copied = copyJson(planDefault);
  const [issue] = 'problem' in copied ? [{ message: copied.problem }] : optionIssues(key, owned, copied.value);
  if ('value' in copied && issue === undefined) return copied.value;
  throw invalidPlugin(
    plugin,
    `the planDefault of the phase option ${JSON.stringify(key)} is not valid: ${issue?.message}`,
  );
}

function claimedTwice(plugin: string, owner: string, what: string): OrchError {
  const owned =
    owner === 'core'
      ? 'core owns it'
      : owner === plugin
        ? 'it does so twice'
        : `plugin ${JSON.stringify(owner)} owns it`;
  return orchError({
    code: 'ORCH_PLUGIN_INVALID',
    message: `Plugin ${JSON.stringify(plugin)} claims ${what}, but ${owned}.`,
    hint: owner === 'core' || owner === plugin ? undefined : 'Load only one of the two.',
  });
}
