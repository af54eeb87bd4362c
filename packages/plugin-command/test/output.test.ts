import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Clock, Json, Outcome, OutputSource } from '@orch/core/author';
import { watchIdleOf } from '../src/executor-parts.ts';
import { readOptions } from '../src/phase-options.ts';
import { isAlive, outcomeOf, startForeign, trial, until, writeState } from './harness.ts';
import type { Trial, TrialOptions } from './harness.ts';

const sources = ['file', 'stdout', 'stdout-last-line'] as const;

async function trialOf(source: OutputSource, command: Json, given: TrialOptions = {}): Promise<Trial> {
  return trial(command, { ...given, attempt: { output: source, ...given.attempt } });
}

/** A command that leaves these bytes in the place of its output. */
function leaves(source: OutputSource, text: string | Buffer, exitCode = 0): Json {
  const bytes = Buffer.from(text).toString('base64');
  const place = source === 'file' ? '>"$ORCH_OUTPUT"' : '';
  return `printf %s '${bytes}' | base64 -d ${place}; exit ${exitCode}`;
}

function pathOf({ files }: Trial, source: OutputSource): string {
  return source === 'file' ? files.output : files.stdout;
}

function problemOf(outcome: Outcome): string {
  expect(outcome).toMatchObject({ status: 'failed', class: 'invalid-output', error: { code: 'ORCH_PHASE_OUTPUT' } });
  return outcome.status === 'failed' ? outcome.error.message : '';
}

describe.each(sources)('an output in %s', (source) => {
  test.each<[string, Json]>([
    ['{"a":[1,"ü \\u0000"]}', { a: [1, 'ü \0'] }],
    ['null', null],
    ['"text"\n', 'text'],
    [' \t7 \r\n\n', 7],
    ['\uFEFF{"mark":true}', { mark: true }],
  ])('%j', async (text, value) => {
    const it = await trialOf(source, leaves(source, text));
    expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0, output: value });
  });

  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'is empty ('],
    ['blanks', ' \n\t\r\n', 'is empty ('],
    ['a mark of byte order', '\uFEFF', 'is empty ('],
    ['prose', 'All tests passed!', 'is not JSON: found "All tests passed!" ('],
    ['half of it', '{"a":1,"b":[2', 'ends in the middle of a JSON value: found "{\\"a\\":1,\\"b\\":[2" ('],
    ['half of a text', '"abc', 'ends in the middle of a JSON value: found "\\"abc" ('],
    ['a key without a value', '{"a":', 'ends in the middle'],
    ['two of them', '{"a":1} {"a":2}', 'is more than one JSON value: found "{\\"a\\":1} {\\"a\\":2}" ('],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'is not UTF-8: found "\\"\uFFFD\\"" ('],
    ['what a terminal obeys', '\u001B[31mred\u202E', 'is not JSON: found "\\u001b[31mred\\u202e" ('],
    ['more than may be told', 'x'.repeat(10_000), `is not JSON: found "${'x'.repeat(199)}…" (`],
    ['nests', `${'['.repeat(501)}${']'.repeat(501)}`, 'is nested more than 500 deep'],
  ])('%s: failed, and what was found is told', async (_what, text, problem) => {
    const it = await trialOf(source, leaves(source, text));
    const outcome = await it.execute();
    expect(problemOf(outcome)).toContain(`The output ${problem}`);
    expect(problemOf(outcome)).toContain(`(${pathOf(it, source)}).`);
    expect(outcome).toMatchObject({ exitCode: 0, error: { hint: expect.stringMatching(/^The (command|last line)/) } });
    expect(await outcomeOf(await it.adopt())).toEqual(outcome);
  });

  test('of 1 MiB, and of a byte more', async () => {
    const fill = (bytes: number): string => `head -c ${bytes} /dev/zero | tr '\\0' x`;
    const command = `{ printf '"'; ${fill(2 ** 20 - 2)}; printf '"'; } ${source === 'file' ? '>"$ORCH_OUTPUT"' : ''}`;
    const most = await (await trialOf(source, command)).execute();
    expect(most).toMatchObject({ status: 'completed' });
    expect(most.status === 'completed' && (most.output as string).length).toBe(2 ** 20 - 2);
    const more = await (await trialOf(source, command.replace(String(2 ** 20 - 2), String(2 ** 20 - 1)))).execute();
    expect(problemOf(more)).toContain('The output has more than 1048576 bytes (');
    expect(more).toMatchObject({ error: { hint: expect.stringContaining('$ORCH_ARTIFACTS') } });
  });

  test('of a command that failed: handed on where it can be read', async () => {
    const it = await trialOf(source, leaves(source, '{"reset":1}', 3));
    expect(await it.execute()).toMatchObject({ status: 'failed', class: 'exit', exitCode: 3, output: { reset: 1 } });
    const bad = await trialOf(source, leaves(source, 'prose', 3));
    const outcome = await bad.execute();
    expect(outcome).toMatchObject({ status: 'failed', class: 'exit', exitCode: 3, error: { code: 'ORCH_PHASE_EXIT' } });
    expect(outcome).not.toHaveProperty('output');
  });

  test('deleted with all that was beside it: failed, not completed', async () => {
    const it = await trialOf(source, 'rm -r "$ORCH_ARTIFACTS/../attempts"');
    expect(problemOf(await it.execute())).toContain('is not there');
  });

  test('found finished, on this machine or another one', async () => {
    const it = await trialOf(source, 'true');
    writeState(it, 4_194_000, 0);
    writeFileSync(pathOf(it, source), '{"a":1}');
    const completed = { status: 'completed', exitCode: 0, output: { a: 1 } };
    expect(await outcomeOf(await it.adopt())).toEqual(completed);
    const owner = { ...it.attempt.owner, machine: 'another' };
    const elsewhere = await it.executor.adopt!({ ...it.attempt, owner }, { ...it.context, otherHost: true });
    expect(await outcomeOf(elsewhere)).toEqual(completed);
  });
});

test('a command that writes no output, whatever it prints', async () => {
  const it = await trialOf('file', 'echo "{}"');
  expect(problemOf(await it.execute())).toBe(`The output is not there (${it.files.output}).`);
});

test.each([
  ['a folder', 'mkdir "$ORCH_OUTPUT"', 'is not a regular file'],
  ['a pipe', 'mkfifo "$ORCH_OUTPUT"', 'is not a regular file'],
  ['a device without end', 'ln -s /dev/zero "$ORCH_OUTPUT"', 'is not a regular file'],
  ['a link that leads nowhere', 'ln -s nowhere "$ORCH_OUTPUT"', 'is not there'],
  ['what the system does not let read', 'ln -s /proc/self/mem "$ORCH_OUTPUT"', "can't be read (EIO)"],
  ['a link to itself', 'ln -s "$ORCH_OUTPUT" "$ORCH_OUTPUT"', "can't be read (ELOOP)"],
])('%s in the place of the file: failed, and not waited for', async (_what, command, problem) => {
  const it = await trialOf('file', command);
  expect(problemOf(await it.execute())).toContain(`The output ${problem}`);
});

test('orch has no descriptor left: that is no failure of the command', () => {
  const program = join(import.meta.dirname, 'programs/no-descriptors.ts');
  const script = 'ulimit -n 256; exec "$0" --conditions=source --no-warnings "$@"';
  const { stdout } = spawnSync('/bin/sh', ['-c', script, process.execPath, program, '/dev/null'], { encoding: 'utf8' });
  expect(stdout).toBe('EMFILE\n');
});

test.each(['live', 'found finished'])('what it leaves in its group ends before its output is read: %s', async (how) => {
  const leftover = `trap 'printf 1 >>"$ORCH_OUTPUT"; exit' TERM; touch ready; while :; do sleep .02; done`;
  const script = `printf 1 >"$ORCH_OUTPUT"; (${leftover}) & while [ ! -e ready ]; do sleep .02; done`;
  const it = await trialOf('file', script, { options: { grace: '20s' } });
  let outcome: Outcome;
  if (how === 'live') outcome = await it.execute();
  else {
    startForeign(it, `export ORCH_OUTPUT='${it.files.output}'; ${script}`);
    await until(() => safely(it.files.state).endsWith('exit 0 0\n'));
    outcome = await outcomeOf(await it.adopt());
  }
  expect(outcome).toEqual({ status: 'completed', exitCode: 0, output: 11 });
});

test('a link to the file, and one that was moved there', async () => {
  const it = await trialOf('file', 'echo 5 >made; mv made "$ORCH_OUTPUT"');
  expect(await it.execute()).toMatchObject({ status: 'completed', output: 5 });
  const other = await trialOf('file', ['true']);
  writeFileSync(join(other.directory, 'made'), '6');
  symlinkSync(join(other.directory, 'made'), other.files.output);
  expect(await other.execute()).toMatchObject({ status: 'completed', output: 6 });
});

test('stdout is a file of its own, for this user only; the log has stderr', async () => {
  const it = await trialOf('stdout', 'echo 1; echo words >&2; test ! -p /dev/stdout; echo $?>&2');
  expect(await it.execute()).toMatchObject({ status: 'completed', output: 1 });
  expect(readFileSync(it.files.stdout, 'utf8')).toBe('1\n');
  expect(it.log()).toBe('words\n0\n');
  expect(statSync(it.files.stdout).mode & 0o777).toBe(0o600);
});

test('the last line: what was printed before does not count, however long', async () => {
  const it = await trialOf('stdout-last-line', 'seq 300000; echo "{\\"a\\":1}"; echo; echo "  "');
  expect(await it.execute()).toMatchObject({ status: 'completed', output: { a: 1 } });
  const blanks = await trialOf('stdout-last-line', 'echo 7; head -c 200000 /dev/zero | tr "\\0" "\\n"');
  expect(await blanks.execute()).toMatchObject({ status: 'completed', output: 7 });
  const long = await trialOf(
    'stdout-last-line',
    `echo 1; printf '"'; head -c 200000 /dev/zero | tr '\\0' x; printf '"'`,
  );
  expect(await long.execute()).toMatchObject({ status: 'completed', output: 'x'.repeat(200_000) });
});

test('secrets in it are not told', async () => {
  const token = 'line one of it\nline two';
  const it = await trialOf(
    'stdout',
    'echo "it is $ORCH_INPUT_TOKEN, $ORCH_INPUT_KEYS"; echo "$ORCH_INPUT_TOKEN"|tail -n1',
    {
      context: { inputs: { token, keys: { a: ['inner'] }, none: '' }, secrets: ['token', 'keys', 'none'] },
    },
  );
  expect(problemOf(await it.execute())).toContain('found "it is ***, ***\\n***\\n"');
});

test('no output is declared: none is read, and no file is named', async () => {
  const it = await trial('echo 1; test -z "${ORCH_OUTPUT+set}"');
  expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0 });
  expect(it.log()).toBe('1\n');
});

test('what a command prints on its own stdout keeps it from being idle', async () => {
  const it = await trialOf('stdout', 'true', { options: { idle_timeout: '1s' } });
  let now = 0;
  let look = (): void => {};
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    timer: (_delayMs, wake) => {
      look = wake;
      return () => {};
    },
  };
  const { attempt, context, files, marker } = it;
  const subject = { attempt, context, files, marker, isMarker: () => false, options: readOptions(attempt.options) };
  for (const path of [files.log, files.stdout]) writeFileSync(path, '');
  const idle = watchIdleOf({ patientClock: clock }, subject);
  for (let printed = 0; printed < 5; printed++) {
    now += 900;
    appendFileSync(files.stdout, '1');
    look();
    expect(idle?.signal.aborted).toBe(false);
  }
  now += 1_000;
  look();
  expect(idle?.signal.aborted).toBe(true);
});

test('what left the group and its environment is found by the stdout that it holds', async () => {
  const it = await trialOf('stdout', 'setsid env -i sh -c "echo \\$\\$; exec sleep 300" 2>/dev/null & wait');
  const outcome = it.execute();
  const pid = Number(await until(() => /^\d+\n/.exec(safely(it.files.stdout))?.[0]));
  it.stop.abort('cancelled');
  expect(await outcome).toMatchObject({ status: 'aborted' });
  expect(isAlive(pid)).toBe(false);
});

function safely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
