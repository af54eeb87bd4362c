// Where a terminal, a home, a folder or a reader is missing: the right exit code, no hang, and no trace of a stack.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.plan([
    { name: 'a', command: 'echo x >> ran', depends_on: [] },
    { name: 'b', command: 'echo x >> ran', depends_on: ['a'] },
  ]);
});
afterEach(() => ground[Symbol.dispose]());

interface Surroundings {
  /** Of a shell, in which `"$@"` is orch; what orch ends with is written to the file `code`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** Phases that ran; default: both. */
  readonly ran?: number;
}

const plain = '"$@"; echo $? > code';
const execute = ['execute', 'plan.json', '--run-id', 'one'];
const completed = /Run one of demo: completed/;

const lost = /^orch: stdout could not be written: .*ENOSPC.*\n {2}Make room .*: orch list\n {2}\[ORCH_CLI_STDOUT\]$/m;

const table: readonly (readonly [string, Surroundings])[] = [
  ['stdin closed', { script: '"$@" <&-; echo $? > code', args: execute, code: 0, stderr: completed }],
  [
    'stdin closed, and inputs from it',
    { script: '"$@" <&-; echo $? > code', args: [...execute, '--inputs', '-'], code: 2, ran: 0 },
  ],
  ['stdout closed', { script: '"$@" >&-; echo $? > code', args: execute, code: 0, stderr: completed }],
  [
    'stderr closed',
    { script: '"$@" 2>&-; echo $? > code', args: [...execute, '--json'], code: 0, stdout: /"status":"completed"/ },
  ],
  ['stdout and stderr closed', { script: '"$@" >&- 2>&-; echo $? > code', args: execute, code: 0 }],
  ['all three closed', { script: '"$@" <&- >&- 2>&-; echo $? > code', args: execute, code: 0 }],
  [
    'a full disk behind stdout',
    {
      script: '"$@" >/dev/full; echo $? > code',
      args: [...execute, '--json'],
      code: 5,
      stderr: lost,
    },
  ],
  [
    'a full disk behind stdout, and events',
    { script: '"$@" >/dev/full; echo $? > code', args: [...execute, '--output', 'ndjson'], code: 5, stderr: lost },
  ],
  [
    'a full disk behind stdout, and nothing to tell',
    { script: '"$@" >/dev/full; echo $? > code', args: ['show', 'two', '--json'], code: 3, stderr: lost, ran: 0 },
  ],
  ['a full disk behind stderr', { script: '"$@" 2>/dev/full; echo $? > code', args: execute, code: 0 }],
  [
    'a reader of events that leaves',
    {
      script: '{ "$@"; echo $? > code; } | head -n 1',
      args: [...execute, '--output', 'ndjson'],
      code: 0,
      stdout: /^\{"type":"hello".*\n$/,
    },
  ],
  [
    'a reader of words that leaves',
    { script: '{ "$@" 2>&1; echo $? > code; } | head -n 1', args: execute, code: 0, stdout: /started +run one/ },
  ],
  [
    'a reader that is not there',
    { script: '{ "$@" 2>&1; echo $? > code; } | true', args: [...execute, '--output', 'github'], code: 0 },
  ],
  ['no HOME', { script: `unset HOME; ${plain}`, args: execute, code: 0, stderr: completed }],
  ['a HOME that is not there', { script: plain, args: execute, env: { HOME: '/nowhere' }, code: 0, stderr: completed }],
  ['a HOME that is read-only', { script: plain, args: execute, env: { HOME: '/proc' }, code: 0, stderr: completed }],
  [
    'no environment but PATH',
    {
      script: 'exec env -i PATH="$PATH" sh -c \'"$@"; echo $? > code\' sh "$@"',
      args: execute,
      code: 0,
      stderr: completed,
    },
  ],
  [
    'a folder that is read-only',
    {
      script: 'here=$PWD; cd /proc; "$@"; echo $? > "$here/code"',
      args: ['execute', 'PLAN'],
      code: 5,
      stderr: /mkdir '\/proc\/\.orch'\.\n {2}.*\n {2}Next: orch doctor\n {2}\[ORCH_BACKEND_UNAVAILABLE\]/,
      ran: 0,
    },
  ],
  [
    'a folder that is read-only, and nothing to write',
    { script: 'here=$PWD; cd /proc; "$@"; echo $? > "$here/code"', args: ['validate', 'PLAN'], code: 0, ran: 0 },
  ],
  [
    'a folder that is gone',
    {
      script: 'here=$PWD; mkdir gone; cd gone; rmdir ../gone; "$@"; echo $? > "$here/code"',
      args: ['execute', 'PLAN'],
      code: 2,
      stderr: /^orch: The current folder is not there any more/,
      ran: 0,
    },
  ],
  [
    'a locale without UTF-8',
    {
      script: plain,
      args: ['execute', 'plan.json', '--run-id', 'one', '--only', 'a'],
      env: { LC_ALL: 'C' },
      code: 0,
      stderr: completed,
      ran: 1,
    },
  ],
  [
    'FORCE_COLOR in a pipe',
    { script: plain, args: execute, env: { FORCE_COLOR: '1' }, code: 0, stderr: /\[32mcompleted/ },
  ],
];

describe('orch with', () => {
  test.each(table)('%s', async (_name, { script, args, env = {}, code, stdout = /^/, stderr = /^/, ran = 2 }) => {
    const words = args.map((word) => (word === 'PLAN' ? ground.path('plan.json') : word));
    const started = ground.start(words, { through: ['sh', '-c', script, 'sh'], env });
    const ended = await started.ended;
    const said = `${ended.stdout}${ended.stderr}`;
    expect({ code: ground.read('code').trim(), said }).toEqual({ code: String(code), said });
    expect(ended.stdout).toMatch(stdout);
    expect(ended.stderr).toMatch(stderr);
    expect(said).not.toMatch(/^ +at |EPIPE|node:internal/m);
    expect(ground.lines('ran')).toHaveLength(ran);
  });

  test('a locale without UTF-8: nothing of its own is outside of ASCII', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `phase ${index}`);
    ground.plan([
      { name: 'first', command: "printf 'a\\007b\\n'; exit 3", retry_count: 1, depends_on: [] },
      ...names.map((name) => ({ name, command: 'true', depends_on: ['first'] })),
    ]);
    const { code, stderr } = await ground.start(['execute', 'plan.json'], { env: { LC_ALL: 'C' } }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/30 phases \(phase 0, phase 1, phase 2, \.\.\.\)/);
    expect(stderr).toContain('| a?b');
    expect(stderr.replaceAll('\n', '')).toMatch(/^[\x20-\x7E]*$/);
  });
});
