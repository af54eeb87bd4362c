import type { Ended, OutputSource, Schema } from '@orch/core';
import type { FailureClass } from '@orch/core/author';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ground } from '../features/ground.ts';

export interface Fails {
  readonly class: FailureClass;
  readonly code: string;
  /** What its message says of what was found. */
  readonly says: RegExp;
}

/** A command that ends as if all were well, or nearly, with what its phase declares. */
export interface Row {
  readonly name: string;
  readonly command: string | readonly string[];
  readonly from?: OutputSource;
  /** As JSON Schema in the plan, as itself in TypeScript. */
  readonly schema?: z.ZodType;
  /** In a plan, and in TypeScript. */
  readonly failWhen?: readonly [string, (ended: Ended<never>) => boolean];
  /** What only plans say. */
  readonly more?: object;
  readonly prepare?: (ground: Ground) => void;
  readonly fails: Fails;
}

const noOutput = (says: RegExp): Fails => ({ class: 'invalid-output', code: 'ORCH_PHASE_OUTPUT', says });
const untold = (says: RegExp): Fails => ({ class: 'invalid-output', code: 'ORCH_PHASE_FAIL_WHEN', says });
const countsAsFailed: Fails = {
  class: 'exit',
  code: 'ORCH_PHASE_FAIL_WHEN',
  says: /exit code 0, but counts as failed/,
};

const tests = z.object({ tests: z.number(), failures: z.number() });

/** Leaves bytes that shell text would not hold where the command finds them. */
const bytes =
  (...parts: readonly (string | Uint8Array)[]) =>
  ({ folder }: Ground): void =>
    writeFileSync(join(folder, 'bytes'), Buffer.concat(parts.map((part) => Buffer.from(part as string))));

export const rows: readonly Row[] = [
  {
    name: 'exit 0 with is_error: true',
    command: `echo '{"is_error": true, "result": "rate limited"}'`,
    from: 'stdout',
    failWhen: ['output.is_error', ({ output }: Ended<{ is_error: boolean }>) => output.is_error],
    fails: countsAsFailed,
  },
  {
    name: 'prose in place of JSON',
    command: 'echo "Done! All 12 tests pass."',
    from: 'stdout',
    fails: noOutput(/is not JSON: found "Done! All 12 tests pass/),
  },
  {
    name: 'prose before JSON',
    command: `echo 'Here is the result:'; echo '{"tests": 3, "failures": 0}'`,
    from: 'stdout',
    fails: noOutput(/is not JSON/),
  },
  {
    name: 'prose in the last line',
    command: `echo '{"tests": 3, "failures": 0}'; echo 'Have a nice day'`,
    from: 'stdout-last-line',
    fails: noOutput(/is not JSON: found "Have a nice day/),
  },
  {
    name: 'truncated JSON',
    command: `printf '{"tests": 3, "fail'`,
    from: 'stdout',
    fails: noOutput(/ends in the middle of a JSON value/),
  },
  {
    name: 'truncated JSON in the file',
    command: `printf '{"tests": 3,' >"$ORCH_OUTPUT"`,
    from: 'file',
    fails: noOutput(/ends in the middle of a JSON value/),
  },
  { name: 'no output file', command: 'true', from: 'file', fails: noOutput(/is not there/) },
  { name: 'an output file that is a folder', command: 'mkdir "$ORCH_OUTPUT"', from: 'file', fails: noOutput(/file/) },
  { name: 'an empty output file', command: ': >"$ORCH_OUTPUT"', from: 'file', fails: noOutput(/is empty/) },
  { name: 'nothing on stdout', command: 'echo quiet >&2', from: 'stdout', fails: noOutput(/is empty/) },
  { name: 'blank lines only', command: 'echo; echo "  "', from: 'stdout-last-line', fails: noOutput(/is empty/) },
  {
    name: 'output of the wrong type',
    command: `echo '{"tests": "three", "failures": 0}'`,
    from: 'stdout',
    schema: tests,
    fails: noOutput(/does not fit its schema.*tests/),
  },
  {
    name: 'output without what it must have',
    command: `echo '{"tests": 3}'`,
    from: 'stdout',
    schema: tests,
    fails: noOutput(/does not fit its schema.*failures/),
  },
  {
    name: 'null where an object is declared',
    command: 'echo null',
    from: 'stdout',
    schema: tests,
    fails: noOutput(/does not fit its schema/),
  },
  {
    name: 'a report of no tests',
    command: `echo '{"tests": 0, "failures": 0}'`,
    from: 'stdout',
    schema: tests,
    failWhen: ['output.tests == 0', ({ output }: Ended<z.infer<typeof tests>>) => output.tests === 0],
    fails: countsAsFailed,
  },
  {
    name: 'two JSON documents',
    command: `echo '{"tests": 3}'; echo '{"tests": 4}'`,
    from: 'stdout',
    fails: noOutput(/is more than one JSON value/),
  },
  {
    name: 'more than 1 MiB',
    command: `printf '"%01048577d"' 0`,
    from: 'stdout',
    fails: noOutput(/has more than 1048576 bytes/),
  },
  {
    name: 'bytes that are no UTF-8',
    prepare: bytes('{"name": "', Uint8Array.of(0xff, 0xfe), '"}'),
    command: 'cat bytes',
    from: 'stdout',
    fails: noOutput(/is not UTF-8/),
  },
  {
    name: 'UTF-16',
    prepare: bytes(Buffer.from('\uFEFF{"tests": 3}', 'utf16le')),
    command: 'cat bytes',
    from: 'stdout',
    fails: noOutput(/is not UTF-8/),
  },
  {
    name: 'a byte order mark and nothing else',
    prepare: bytes('\uFEFF'),
    command: 'cat bytes',
    from: 'stdout',
    fails: noOutput(/is empty/),
  },
  {
    name: 'a byte order mark within',
    prepare: bytes('{"tests": 3}\n\uFEFF{"tests": 3}'),
    command: 'cat bytes',
    from: 'stdout',
    fails: noOutput(/is more than one JSON value/),
  },
  {
    name: 'sound output of a command that was then killed',
    command: `echo '{"tests": 3, "failures": 0}'; kill -9 $$`,
    from: 'stdout',
    fails: { class: 'exit', code: 'ORCH_PHASE_EXIT', says: /exit code 137/ },
  },
  {
    name: 'its whole group killed, as where memory is short',
    command: `echo '{"tests": 3, "failures": 0}'; kill -9 0`,
    from: 'stdout',
    fails: { class: 'signal', code: 'ORCH_PHASE_SIGNAL', says: /SIGKILL/ },
  },
  {
    name: 'killed, whatever fail_when says',
    command: `echo '{"tests": 3, "failures": 0}'; kill -9 0`,
    from: 'stdout',
    failWhen: ['exit_code > 200', ({ exitCode }) => exitCode > 200],
    fails: { class: 'signal', code: 'ORCH_PHASE_SIGNAL', says: /SIGKILL/ },
  },
  {
    name: 'out of time after sound output',
    command: `echo '{"tests": 3, "failures": 0}'; sleep 60`,
    from: 'stdout',
    more: { timeout: '1s' },
    fails: { class: 'timeout', code: 'ORCH_PHASE_TIMEOUT', says: /1 s/ },
  },
  {
    name: 'fail_when reads a key that is not there',
    command: `echo '{"total": 3}'`,
    from: 'stdout',
    failWhen: [
      'output.summary.failures > 0',
      ({ output }: Ended<{ summary: { failures: number } }>) => output.summary.failures > 0,
    ],
    fails: untold(/could not be told.*(summary|failures)/),
  },
  {
    name: 'fail_when that is neither true nor false',
    command: `echo '{"failures": "no"}'`,
    from: 'stdout',
    failWhen: ['output.failures', ({ output }: Ended<{ failures: boolean }>) => output.failures],
    fails: untold(/must be true or false/),
  },
  {
    name: 'fail_when that accepts the exit code, without the output',
    command: 'exit 1',
    from: 'stdout',
    failWhen: ['exit_code > 1', ({ exitCode }) => exitCode > 1],
    fails: noOutput(/./),
  },
];

/** What only TypeScript can say: the schema is code. */
export interface TypedRow {
  readonly name: string;
  readonly schema: Schema<unknown, unknown>;
  readonly fails: Fails;
}

const threw = noOutput(/the schema threw: registry not reachable/);
const unreachable = (): never => {
  throw new Error('registry not reachable');
};

export const typedRows: readonly TypedRow[] = [
  { name: 'a schema that throws', schema: schemaOf(unreachable), fails: threw },
  { name: 'a schema that rejects', schema: schemaOf(async () => unreachable()), fails: threw },
  {
    name: 'a schema that says no after a while',
    schema: schemaOf(async () => ({ issues: [{ message: 'is unknown to the registry' }] })),
    fails: noOutput(/does not fit its schema: is unknown to the registry/),
  },
  {
    name: 'a schema whose promise is of another library',
    schema: schemaOf(() => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is the case
      then: (tell: (checked: unknown) => void) => tell({ issues: [{ message: 'is wrong' }] }),
    })),
    fails: noOutput(/does not fit its schema: is wrong/),
  },
  {
    name: 'a schema that answers with text',
    schema: schemaOf(() => 'ok'),
    fails: noOutput(/answered "ok", neither a value nor issues/),
  },
  {
    name: 'a schema that stumbles over what is not there',
    schema: z.any().refine(({ summary }) => summary.failures === 0),
    fails: noOutput(/the schema threw: .*failures/),
  },
];

/** A schema of which nothing is known but that it is one. */
function schemaOf(validate: (value: unknown) => unknown): Schema<unknown, unknown> {
  return { '~standard': { version: 1, vendor: 'test', validate } } as Schema<unknown, unknown>;
}
