import type { OrchestratorOptions } from '@orch/core';
import { messageOf, orchError } from '@orch/core/author';
import { defaultPreset } from '../preset.ts';
import type { PresetSettings } from '../preset.ts';
import { configInForce } from './config-in-force.ts';
import type { ConfigInForce } from './config-in-force.ts';

/** What an orchestrator of the command line is made of: a preset, and the plugins of the config. */
export function sessionParts(settings: PresetSettings): OrchestratorOptions {
  const config = configInForce();
  if (config === undefined) return defaultPreset(settings);
  const { plugins, preset } = config;
  const parts = preset === undefined ? defaultPreset(settings) : partsOf(preset, settings, config);
  return { ...parts, plugins: [...(parts.plugins ?? []), ...plugins] };
}

/** A preset that says nothing of the language of plans, or of the backend, leaves it as it was. */
function partsOf(
  { name, make }: NonNullable<ConfigInForce['preset']>,
  settings: PresetSettings,
  { file }: ConfigInForce,
): OrchestratorOptions {
  let parts: Partial<OrchestratorOptions> | undefined;
  try {
    const made: unknown = make(settings);
    // Copied here: to read what code of others made may throw, too.
    if (typeof made === 'object' && made !== null && !('then' in made)) parts = { ...made };
  } catch (error) {
    throw wrong(`threw: ${messageOf(error)}`, error);
  }
  if (parts === undefined) throw wrong('did not answer with the options of an orchestrator.', undefined);
  if (parts.plugins !== undefined && !Array.isArray(parts.plugins))
    throw wrong('answered with plugins that are no list.', undefined);
  const { backend, language } = defaultPreset(settings);
  return { backend, ...(language === undefined ? {} : { language }), ...parts };

  function wrong(what: string, cause: unknown): Error {
    return orchError({
      code: 'ORCH_CONFIG_PLUGIN',
      message: `Preset ${JSON.stringify(name)} of ${file} ${what}`,
      hint: 'A preset is a function that answers as defaultPreset of @orch/cli/preset does. To go without a config: --no-config',
      cause,
    });
  }
}
