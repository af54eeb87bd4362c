import { resolve } from 'node:path';
import { optionKinds, refuseOptions } from '@orch/core/author';
import type { KnownOptions, Plugin } from '@orch/core/author';
import { commandExecutor } from './command-executor.ts';
import { optionSchemas, optionSettings } from './phase-options.ts';

export interface CommandPluginOptions {
  /** Where logs and the files of attempts are kept, a folder for each run. Default: `.orch`. */
  readonly directory?: string;
}

const knownOptions: KnownOptions<CommandPluginOptions> = { directory: optionKinds.path };

/**
 * Carries out phases that are commands, so that they outlive a crash of orch. `directory` is resolved against the
 * process's working folder now, and made when the first run starts. Throws `ORCH_OPTION_INVALID` for options that do not exist.
 */
export function commandPlugin(options: CommandPluginOptions = {}): Plugin {
  refuseOptions('commandPlugin', options, knownOptions);
  const { directory = '.orch' } = options;
  const absolute = resolve(directory);
  return {
    name: '@orch/plugin-command',
    contract: 1,
    apply(host) {
      host.executor('command', commandExecutor({ directory: absolute }));
      for (const [key, schema] of Object.entries(optionSchemas)) host.phaseOption(key, schema, optionSettings[key]);
    },
  };
}
