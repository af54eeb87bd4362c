import { Option } from 'commander';
import { asJson, backend, notEmpty, runHelp, stateDir } from './options.ts';
import type { Define } from './options.ts';

/** Commands that look after runs and the state folder. */
export const keeping = {
  copy: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(
        new Option('--to <backend>', 'json:DIR, sqlite:FILE, redis://… or rediss://…')
          .argParser(notEmpty)
          .makeOptionMandatory(),
      )
      .addOption(new Option('--as <id>', 'under another id').argParser(notEmpty))
      .option('--valid-prefix', 'of a damaged run what stands before the damage')
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('what was copied'))
      .action(async (run, options) => end(await (await import('../commands/copy.ts')).copy(run, options))),
  backup: (command, end) =>
    command
      .argument('<path>', 'a new folder for JSON files with their logs, a new file for SQLite without logs')
      .addOption(stateDir())
      .addOption(backend('what is backed up'))
      .action(async (path, options) => end(await (await import('../commands/backup.ts')).backup(path, options))),
  doctor: (command, end) =>
    command
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('what was found'))
      .action(async (options) => end(await (await import('../commands/doctor.ts')).doctor(options))),
} satisfies Readonly<Record<string, Define>>;
