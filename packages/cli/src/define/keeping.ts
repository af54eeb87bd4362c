import { InvalidArgumentError, Option } from 'commander';
import { prunableStatuses } from '../prune/choose-runs.ts';
import { asJson, atLeast, backend, duration, notEmpty, runHelp, stateDir, withChoices } from './options.ts';
import type { Define } from './options.ts';

function prunableStatus(text: string, before: readonly string[] = []): readonly string[] {
  if (prunableStatuses.includes(text)) return [...before, text];
  const why = text === 'running' ? 'A run that is driven is never removed.' : 'There is no such status.';
  throw new InvalidArgumentError(`${why} There are: ${prunableStatuses.join(', ')}.`);
}

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
      .addOption(new Option('--as <id>', 'under another id, with the logs of its attempts').argParser(notEmpty))
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
  prune: (command, end) =>
    command
      .addOption(new Option('--older-than <time>', 'whose last change is longer ago: 12h, 30d').argParser(duration))
      .addOption(
        new Option('--keep-last <n>', 'not the newest n of each workflow, of those chosen here').argParser(atLeast(0)),
      )
      .option('--workflow <workflow>', 'of this workflow only')
      .addOption(
        withChoices(
          new Option('--status <status>', 'of this status, repeatable (default: the first three)').argParser(
            prunableStatus,
          ),
          prunableStatuses,
        ),
      )
      .option('--dry-run', 'say what would go, and remove nothing')
      .addOption(stateDir())
      .addOption(backend('remove from there only'))
      .addOption(asJson('what was removed'))
      .action(async (options) => end(await (await import('../commands/prune.ts')).prune(options))),
  doctor: (command, end) =>
    command
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('what was found'))
      .action(async (options) => end(await (await import('../commands/doctor.ts')).doctor(options))),
} satisfies Readonly<Record<string, Define>>;
