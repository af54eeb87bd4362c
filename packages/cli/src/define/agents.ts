import { Argument } from 'commander';
import { asJson } from './options.ts';
import type { Define } from './options.ts';

/** Commands for coding agents. */
export const agents = {
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
