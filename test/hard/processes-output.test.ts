import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { runId, Stage, stagePerTest } from './processes/stage.ts';
import { completed, failedWith, verdictOf } from './processes/verdict.ts';

const stage = stagePerTest();

/** All bytes, in an order that is no UTF-8, with what moves cursors, titles and colours. */
const odd = Buffer.concat([
  Buffer.from('\u001b[2J\u001b[31m\u001b]0;title\u0007 red\r over\u0008\u202e reversed\n'),
  Buffer.from(Array.from({ length: 256 }, (_, at) => 255 - at)),
  Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf8, 0x88, 0xff, 0xfe, 0, 0, 0, 0xc3]),
]);
/** But for the ends of lines. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test('binary output: the log and `logs` byte for byte, everything else without a control character', async () => {
  writeFileSync(stage().ground.path('odd'), odd);
  const { code, stdout, stderr } = await stage().execute([{ name: 'odd', command: 'cat odd; cat odd >&2; exit 3' }])
    .ended;
  expect(code).toBe(1);
  const path = stage().logPath((await stage().phases()).get('odd')!.attempts[0]!);
  expect(readFileSync(path)).toEqual(Buffer.concat([odd, odd]));
  const printed = stage().start(['logs', runId, 'odd'], { through: ['sh', '-c', '"$@" >printed', 'sh'] });
  expect((await printed.ended).code).toBe(0);
  expect(readFileSync(stage().ground.path('printed'))).toEqual(Buffer.concat([odd, odd]));
  const shown = await stage().start(['show', runId]).ended;
  for (const text of [stdout, stderr, shown.stdout, shown.stderr]) expect(text).not.toMatch(controls);
  // A backspace takes back what stands before it, as on a terminal.
  expect(stderr).toMatch(/^ {2}\| .*ove.* reversed$/m);
});

/** The most memory that a process ever had, in MB. */
function peakMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Prints all but NULs, as `orch logs -f` writes it, to a file, and tells the pid of that orch in another. */
const withoutNul = ['sh', '-c', `sh -c 'echo $$ >pid; exec "$@"' sh "$@" | stdbuf -oL tr -d '\\0' >printed`, 'sh'];

/** A slow disk needs its time for 1 GB. */
const diskPatienceMs = 100_000;

interface Peaks {
  /** Of the orch that drives the run. */
  readonly driving: number;
  /** Of `orch logs` that prints all of it. */
  readonly printing: number;
}

/** What orch needs at most for a phase that prints so much. */
async function peaksFor(on: Stage, bytes: number): Promise<Peaks> {
  const orch = on.execute([
    { name: 'much', command: `head -c ${bytes} /dev/zero` },
    { name: 'wait', command: 'echo ready; until test -e go; do sleep .05; done', depends_on: ['much'] },
  ]);
  await until(
    () => on.logOf('wait') === 'ready\n',
    () => 'the end of the output',
    diskPatienceMs,
  );
  const logs = on.start(['logs', runId, '-f'], { through: withoutNul });
  await until(
    () => on.ground.lines('printed').includes('ready'),
    () => `the printed log: ${logs.stderr}`,
    diskPatienceMs,
  );
  const peaks = { driving: peakMb(orch.child.pid!), printing: peakMb(Number(on.ground.read('pid'))) };
  writeFileSync(on.ground.path('go'), '');
  expect((await orch.ended).code).toBe(0);
  expect((await logs.ended).code).toBe(0);
  const log = on.logPath((await on.phases()).get('much')!.attempts[0]!);
  expect(statSync(log).size).toBe(bytes);
  rmSync(log);
  return peaks;
}

const allowedMb = 10;

test('1 GB of output costs orch no more memory than 1 kB', async () => {
  const before = performance.now();
  const much = await peaksFor(stage(), 1_000_000_000);
  const tookMs = performance.now() - before;
  const other = new Stage();
  const little = await peaksFor(other, 1_000);
  expect(await other.close()).toEqual([]);
  console.log(
    `Peak in MB, 1 GB / 1 kB: driving ${show(much.driving)} / ${show(little.driving)}, printing ${show(much.printing)} / ${show(little.printing)}; 1 GB took ${Math.round(tookMs)} ms`,
  );
  expect(much.driving).toBeLessThanOrEqual(little.driving + allowedMb);
  expect(much.printing).toBeLessThanOrEqual(little.printing + allowedMb);
}, 240_000);

function show(mb: number): string {
  return mb.toFixed(1);
}

test('200 KB of text run from a file, as plan and as words', async () => {
  const comment = `: ${'x'.repeat(200_000)}`;
  const { code } = await stage().execute([
    { name: 'text', command: `${comment}\ncat <<E\nend\nE\nexit 3` },
    { name: 'other-shell', command: `${comment}\necho "end"; exit 4`, shell: 'dash' },
  ]).ended;
  expect(code).toBe(1);
  const phases = await stage().phases();
  for (const [name, exitCode] of [
    ['text', 3],
    ['other-shell', 4],
  ] as const) {
    expect(verdictOf(phases.get(name)!)).toEqual(failedWith(exitCode));
    expect(stage().logOf(name)).toBe('end\n');
  }
});

const gate = 'echo ready; until test -e go; do sleep .02; done';

test('the log deleted meanwhile: the phase ends right, and whoever asks for the log is told', async () => {
  const orch = stage().execute([
    { name: 'good', command: `${gate}; echo late` },
    { name: 'bad', command: `${gate}; echo late; exit 7` },
  ]);
  await bothReady(stage());
  const attempts = stage().ground.path('.orch/runs', runId, 'attempts');
  for (const name of readdirSync(attempts)) if (name.endsWith('.log')) rmSync(join(attempts, name));
  writeFileSync(stage().ground.path('go'), '');
  expect(await orch.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/Its log is gone: .*\.log/) });
  await expectEnds(stage());
  for (const name of ['good', 'bad']) {
    const { code, stdout, stderr } = await stage().start(['logs', runId, name]).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^The log of ${name}, attempt 1, is gone: /.*\\.log\n$`));
  }
});

test.each(['attempts', 'artifacts'])('the folder of %s deleted meanwhile: the phases end right', async (folder) => {
  const orch = stage().execute(
    [
      { name: 'good', command: gate },
      { name: 'bad', command: `${gate}; exit 7` },
      { name: 'one', command: `${gate}; exit 1` },
    ],
    { concurrency: 3 },
  );
  await bothReady(stage());
  await until(
    () => stage().logOf('one') !== '',
    () => 'one',
  );
  rmSync(stage().ground.path('.orch/runs', runId, folder), { recursive: true });
  writeFileSync(stage().ground.path('go'), '');
  const { code, stderr } = await orch.ended;
  expect(code, stderr).toBe(1);
  await expectEnds(stage());
  const one = (await stage().phases()).get('one')!;
  expect(verdictOf(one)).toEqual(failedWith(1));
  if (folder === 'attempts') expect(one.attempts[0]!.error!.hint).toMatch(/deleted or changed while it ran/);
});

async function bothReady(on: Stage): Promise<void> {
  await until(
    () => ['good', 'bad'].every((name) => on.logOf(name) === 'ready\n'),
    () => 'the commands to begin',
  );
}

async function expectEnds(on: Stage): Promise<void> {
  const phases = await on.phases();
  expect(verdictOf(phases.get('good')!)).toEqual(completed);
  expect(verdictOf(phases.get('bad')!)).toEqual(failedWith(7));
}

test('a command that writes into the folder of attempts harms nobody', async () => {
  const write = [
    'cd "$ORCH_ARTIFACTS/../attempts"',
    'echo junk >junk; echo junk >junk.1.deadbeef.state; mkdir odd.2.0123.state; cp odd.1.*.log copy.7.cafe.log',
    'for it in *.state; do test -f "$it" && echo junk >>"$it"; done',
    'exit 7',
  ].join('\n');
  const { code, stderr } = await stage().execute([{ name: 'odd', command: write }]).ended;
  expect(code, stderr).toBe(1);
  expect(verdictOf((await stage().phases()).get('odd')!)).toEqual(failedWith(7));
  // What lies there is no attempt of the run: it is looked at, and nothing comes of it.
  expect((await stage().recover()).code).toBe(1);
  const odd = (await stage().phases()).get('odd')!;
  expect(odd.attempts).toHaveLength(2);
  expect(verdictOf(odd)).toEqual(failedWith(7));
});

test('the whole state folder deleted by the command: orch stops with a clear error, and nothing comes back', async () => {
  const { code, stderr } = await stage().execute([
    { name: 'odd', command: 'rm -r .orch; exit 7' },
    { name: 'next', command: ': >ran', depends_on: ['odd'] },
  ]).ended;
  expect(code).toBe(5);
  expect(stderr).toMatch(/journal-1 is not the file that this process writes to[^]*\[ORCH_BACKEND_UNAVAILABLE\]/);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(readdirSync(stage().ground.folder)).toEqual(['plan.json']);
});
