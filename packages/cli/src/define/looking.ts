import { Option } from 'commander';
import { asJson, atLeast, backend, duration, runHelp, stateDir } from './options.ts';
import type { Define } from './options.ts';

const statuses = ['running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted'];

/** Commands that say what runs did. */
export const looking = {
  list: (command, end) =>
    command
      .option('--workflow <workflow>', 'of this workflow')
      .addOption(new Option('--status <status>', 'of this status').choices(statuses))
      .addOption(new Option('--limit <n>', 'the newest n').argParser(atLeast(1)))
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the runs'))
      .action(async (options) => end(await (await import('../commands/list.ts')).list(options))),
  show: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(new Option('--limit <n>', 'n phases at most: first those that failed or run').argParser(atLeast(1)))
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the run'))
      .action(async (run, options) => end(await (await import('../commands/show.ts')).show(run, options))),
  logs: (command, end) =>
    command
      .argument('<run>', runHelp)
      .argument('[phase]', 'of this phase only')
      .option('-f, --follow', 'go on until it ends')
      .addOption(new Option('--attempt <n>', 'of this attempt, not the latest').argParser(atLeast(1)))
      .addOption(
        new Option('--tail <n>', 'of each attempt the last n lines, 4 KiB a line at most').argParser(atLeast(0)),
      )
      .addOption(stateDir())
      .addOption(backend())
      .action(async (run, phase, options) =>
        end(await (await import('../commands/logs.ts')).logs(run, phase, options)),
      ),
  events: (command, end) =>
    command
      .argument('<run>', runHelp)
      .option('-f, --follow', 'go on until the run ends')
      .addOption(new Option('--after <n>', 'only events after this version').argParser(atLeast(0)))
      .addOption(new Option('--limit <n>', 'n events at most').argParser(atLeast(1)))
      .addOption(stateDir())
      .addOption(backend())
      .action(async (run, options) => end(await (await import('../commands/events.ts')).events(run, options))),
  graph: (command, end) =>
    command
      .argument('<plan|run>', 'a plan file; or a run: the beginning of its id, or a workflow id')
      .addOption(
        new Option('--format <format>', 'how it is written').choices(['text', 'mermaid', 'dot', 'svg']).default('text'),
      )
      .addOption(stateDir())
      .addOption(backend())
      .action(async (what, options) => end(await (await import('../commands/graph.ts')).graph(what, options))),
  report: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(stateDir())
      .addOption(backend())
      .action(async (run, options) => end(await (await import('../commands/report.ts')).report(run, options))),
  stats: (command, end) =>
    command
      .option('--workflow <id>', 'of this workflow')
      .addOption(new Option('--since <time>', 'runs that were started in this time: 12h, 30d').argParser(duration))
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the figures'))
      .action(async (options) => end(await (await import('../commands/stats.ts')).stats(options))),
} satisfies Readonly<Record<string, Define>>;
