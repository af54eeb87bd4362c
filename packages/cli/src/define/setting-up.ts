import { Argument, Option } from 'commander';
import { shells } from '../complete/shells.ts';
import { templateNames } from '../init/template-names.ts';
import { asJson, notEmpty } from './options.ts';
import type { Define } from './options.ts';

/** Commands that come before the first run. */
export const settingUp = {
  init: (command, end) =>
    command
      .argument('[file]', 'plan to write: .yaml, .yml, .json, .jsonc (default: plan.yaml)', notEmpty)
      .addOption(new Option('--template <name>', 'what to begin with (default: standard)').choices(templateNames))
      .option('--force', 'overwrite the file')
      .action(async (file, options) => end(await (await import('../commands/init.ts')).init(file, options))),
  schema: (command, end) =>
    command
      .addOption(new Option('--draft <draft>', 'of JSON Schema').choices(['2020-12', '07']).default('2020-12'))
      .action(async (options) => end(await (await import('../commands/schema.ts')).schema(options))),
  completion: (command, end) =>
    command
      .addArgument(new Argument('<shell>', 'whose words are to be completed').choices(shells))
      .action(async (shell) => end(await (await import('../commands/completion.ts')).completion(shell))),
  skill: (command, end) =>
    command
      .addArgument(new Argument('<what>', 'what to do').choices(['install']))
      .argument('[dir]', 'folder of skills (default: .claude/skills, .agents/skills)')
      .option('--force', 'overwrite files that were changed')
      .addOption(asJson('what was written'))
      .action(async (_what, dir, options) =>
        end(await (await import('../commands/skill.ts')).installSkill(dir, options)),
      ),
} satisfies Readonly<Record<string, Define>>;
