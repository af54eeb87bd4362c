import { planSchema } from '@orch/core';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openSession } from '../session.ts';
import { print } from '../streams.ts';

export interface SchemaOptions {
  readonly draft: '2020-12' | '07';
}

/** Prints the JSON Schema of plan files, with the keys that the plugins of the command line own. */
export async function schema({ draft }: SchemaOptions): Promise<ExitCode> {
  await using session = await openSession({});
  await print(`${JSON.stringify(planSchema({ plugins: session.plugins, draft }), null, 2)}\n`);
  return exitCodes.done;
}
