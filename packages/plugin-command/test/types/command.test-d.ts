// Checked by tsc, never run.
import { workflow } from '@orch/core';
import type { Json, Schema, Work } from '@orch/core';
import { command } from '../../src/index.ts';
import type { CommandOptions } from '../../src/index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<T extends true>(proof?: T): void;
declare function schema<In, Out = In>(): Schema<In, Out>;

interface Tests {
  passed: number;
  at: Date;
}

export const flow = workflow('flow')
  .phase('plain', { run: command('ls', { cwd: 'x', failWhen: ({ exitCode }) => exitCode > 1 }) })
  .phase('typed', {
    run: command('test', {
      output: schema<{ passed: string; at: string }, Tests>(),
      outputFrom: 'stdout-last-line',
      failWhen: ({ exitCode, output }) => {
        is<Equal<typeof exitCode, number>>();
        is<Equal<typeof output, Tests>>();
        return output.passed === 0;
      },
    }),
  })
  .phase('any', {
    run: command(['jq'], {
      outputFrom: 'stdout',
      failWhen: ({ output }) => {
        is<Equal<typeof output, Json>>();
        return output === null;
      },
    }),
  })
  .phase('reader', {
    dependsOn: ['plain', 'typed', 'any'],
    run: ({ outputs }) => {
      is<Equal<typeof outputs.plain, undefined>>();
      is<Equal<typeof outputs.typed.passed, number>>();
      // As the journal gives it back.
      is<Equal<typeof outputs.typed.at, string>>();
      is<Equal<typeof outputs.any, Json>>();
    },
  });

const options: CommandOptions = { grace: '1s' };
is<Equal<ReturnType<typeof plain>, Work<undefined>>>();
export function plain(): Work<undefined> {
  return command('ls', options);
}

// @ts-expect-error nowhere to stand
command('ls', { outputFrom: 'stderr' });
// @ts-expect-error no schema
command('ls', { output: {} });
// @ts-expect-error an answer is true or false
command('ls', { failWhen: () => 'no' });
// @ts-expect-error a number has no unit
command('ls', { grace: 5 });
command('ls', {
  failWhen: ({ output }) => {
    is<Equal<typeof output, undefined>>();
    return false;
  },
});
