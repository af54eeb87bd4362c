import { Option } from 'commander';
import {
  asJson,
  backend,
  collect,
  concurrency,
  inputsFile,
  noCommandCheck,
  notEmpty,
  output,
  runHelp,
  stateDir,
} from './options.ts';
import type { Define } from './options.ts';

/** Commands that check plans, drive runs and end them. */
export const driving = {
  validate: (command, end) =>
    command
      .argument('<plan>', 'plan file, or a .mts module that exports a workflow')
      .addOption(asJson('findings and checks'))
      .addOption(noCommandCheck())
      .action(async (plan, options) => end(await (await import('../commands/validate.ts')).validate(plan, options))),
  execute: (command, end) =>
    command
      .argument('<plan>', 'plan file, or a .mts module that exports a workflow')
      .addOption(stateDir())
      .addOption(backend('where the run is kept'))
      .addOption(concurrency())
      .addOption(new Option('--input <name=value>', 'an input; repeatable').argParser(collect))
      .addOption(inputsFile('inputs'))
      .addOption(new Option('--only <phases>', 'these phases alone: a,b; repeatable').argParser(collect))
      .addOption(new Option('--skip <phases>', 'not these, and not what depends on them').argParser(collect))
      .addOption(new Option('--until <phases>', 'these, and what they depend on').argParser(collect))
      .option('--fail-fast', 'the first failure ends the run')
      .option('--run-id <run>', 'go on with this run, or follow it; start it where there is none')
      .addOption(asJson('the result'))
      .addOption(output())
      .addOption(noCommandCheck())
      .action(async (plan, options) => end(await (await import('../commands/execute.ts')).execute(plan, options))),
  recover: (command, end) =>
    command
      .argument('[run]', runHelp)
      .addOption(
        new Option('--checkpoint <checkpoint>', 'go back to a checkpoint, NAME or NAME@VERSION').conflicts('from'),
      )
      .option('--from <phase>', 'run this phase and all that depends on it again')
      .addOption(
        new Option('--plan <file>', 'a corrected plan: go on by it, and keep what is completed')
          .argParser(notEmpty)
          .conflicts(['checkpoint', 'from']),
      )
      .addOption(
        new Option('--all', 'all runs that were interrupted, or have waited long enough; resets nothing').conflicts([
          'checkpoint',
          'from',
          'plan',
          'takeOver',
          'otherHost',
          'output',
        ]),
      )
      .addOption(inputsFile('secret inputs'))
      .option('--take-over', 'kill the process that drives the run, on this host')
      .option('--other-host', 'nothing of the run is alive on the host where it was driven before')
      .addOption(stateDir())
      .addOption(backend())
      .addOption(concurrency())
      .addOption(asJson('the result'))
      .addOption(output())
      .addOption(noCommandCheck())
      .action(async (run, options) => end(await (await import('../commands/recover.ts')).recover(run, options))),
  watch: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the result'))
      .addOption(output())
      .action(async (run, options) => end(await (await import('../commands/watch.ts')).watch(run, options))),
  cancel: (command, end) =>
    command
      .argument('<run>', runHelp)
      .option('--message <text>', 'why, for the journal')
      .addOption(stateDir())
      .addOption(backend())
      .action(async (run, options) => end(await (await import('../commands/cancel.ts')).cancel(run, options))),
} satisfies Readonly<Record<string, Define>>;
