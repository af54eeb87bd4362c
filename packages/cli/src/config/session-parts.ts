import type { OrchestratorOptions } from '@orch/core';
import { messageOf, orchError } from '@orch/core/author';
import { backendKinds } from '../backend/backend-place.ts';
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
  const own = parts.backend?.name;
  if (own !== undefined && isOutOfPlace(own, backend.name))
    throw wrong(
      `answered with the backend ${JSON.stringify(own)} where ${backend.name} was asked for.`,
      undefined,
      'Answer with the backend of its settings, ({ backend }) => …, and say in backend of the config where runs are kept.',
    );
  return { backend, ...(language === undefined ? {} : { language }), ...parts };

  function wrong(what: string, cause: unknown, hint = presetHint): Error {
    return orchError({
      code: 'ORCH_CONFIG_PLUGIN',
      message: `Preset ${JSON.stringify(name)} of ${file} ${what}`,
      hint: `${hint} To go without a config: --no-config`,
      cause,
    });
  }
}

const presetHint = 'A preset is a function that answers as defaultPreset of @orch/cli/preset does.';

/**
 * A backend of somebody else's may stand in the place of JSON files. One that orch has itself is named to it: else `--backend`
 * would be ignored, and its runs found twice.
 */
function isOutOfPlace(own: string, asked: string): boolean {
  return own !== asked && (asked !== 'json' || backendKinds.includes(own));
}
