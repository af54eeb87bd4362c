import { registerCases } from '../numbered-case.ts';
import type { ConformanceOptions } from '../numbered-case.ts';
import { loadCases } from './load-cases.ts';
import { optionCases } from './option-cases.ts';
import type { PluginCapability, PluginCase } from './plugin-case.ts';
import { capabilitiesOf, PluginSubject } from './plugin-subject.ts';
import type { PluginUnderTest } from './plugin-subject.ts';

export interface PluginConformanceOptions extends ConformanceOptions<PluginCapability> {
  /** Called for each case: a plugin made anew. */
  readonly create: () => PluginUnderTest | Promise<PluginUnderTest>;
}

/** What the contract of plugins means, a case for each rule. */
export const pluginCases: readonly PluginCase[] = [...loadCases, ...optionCases];

/**
 * Registers the cases with a test runner.
 *
 * @example
 * pluginConformance({ test, lacks: ['on-close', 'options'], create: () => ({ plugin: myPlugin() }) });
 */
export function pluginConformance({ create, ...options }: PluginConformanceOptions): void {
  const run = (one: PluginCase): Promise<void> => runPluginCase(one, create);
  const has = (): Promise<readonly PluginCapability[]> =>
    within(create, async (subject) => capabilitiesOf(subject.load().watch));
  const visible = ['taps', 'options', 'on-close'] as const;
  registerCases({ subject: 'plugin', cases: pluginCases, visible, has, run }, options);
}

/** Runs one case on a plugin of its own. Rejects where the plugin breaks the rule. */
export async function runPluginCase(one: PluginCase, create: PluginConformanceOptions['create']): Promise<void> {
  await within(create, (subject) => one.run(subject));
}

async function within<Answer>(
  create: PluginConformanceOptions['create'],
  use: (subject: PluginSubject) => Promise<Answer>,
): Promise<Answer> {
  const given = await create();
  const subject = new PluginSubject(given);
  try {
    return await use(subject);
  } finally {
    await subject.close();
    await given.cleanup?.();
  }
}
