import { describe, expect, it } from 'vitest';
import { inLanes } from '../scripts/trial/lanes.ts';
import { callsAbout, callsNamed, errorToTry, errorsFor, straceTo } from '../scripts/trial/strace.ts';
import type { TracedCall } from '../scripts/trial/strace.ts';

const folder = '/tmp/trial/1';
const trace = `execve("/usr/bin/node", ["node"], 0x7ffd /* 20 vars */) = 0
clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = 17
openat(AT_FDCWD</tmp/trial/1>, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</lib/libc.so.6>
access("/tmp/trial/1/.orch/runs/r/journal-2", F_OK) = -1 ENOENT (No such file or directory)
openat(AT_FDCWD</tmp/trial/1>, "/tmp/trial/1/.orch/runs/.new-5-a1-b2/journal-1", O_WRONLY|O_CREAT|O_EXCL, 0600) = 9</tmp/trial/1/.orch/runs/.new-5-a1-b2/journal-1>
pwrite64(9</tmp/trial/1/.orch/runs/.new-5-a1-b2/journal-1>, ""..., 346, 1495) = 346
clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = 18
openat(AT_FDCWD</tmp/trial/1>, "/tmp/trial/1/.orch/runs/r/attempts/a.1.a185e3c8.log", O_WRONLY|O_CREAT|O_EXCL|O_APPEND, 0600) = 23</tmp/trial/1/.orch/runs/r/attempts/a.1.a185e3c8.log>
inotify_init1(IN_NONBLOCK|IN_CLOEXEC) = 24<anon_inode:inotify>
inotify_add_watch(24<anon_inode:inotify>, "/tmp/trial/1/.orch/runs/r/inbox", IN_MODIFY) = 1
pipe2([24<pipe:[2]>, 25<pipe:[2]>], O_CLOEXEC) = 0
clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7e) = 19
close(25<pipe:[2]>) = 0
read(24<pipe:[2]>, ""..., 4) = 0
close(23</tmp/trial/1/.orch/runs/r/attempts/a.1.a185e3c8.log>) = 0
read(5<pipe:[9]>, ""..., 1) = 1
write(1<socket:[7]>, ""..., 135) = 135
--- SIGCHLD {si_signo=SIGCHLD} ---
+++ exited with 0 +++
`;

describe('what is read out of a trace', () => {
  it('are the calls about a folder, about starts and about what is printed, counted from the start of the program', () => {
    expect(callsAbout(folder, trace).map(({ ordinal, what, changes }) => [ordinal, what, changes])).toEqual([
      [1, 'access .orch/runs/r/journal-2', false],
      [2, 'openat .orch/runs/.new/journal-1', true],
      [1, 'pwrite64 .orch/runs/.new/journal-1', true],
      [3, 'openat .orch/runs/r/attempts/a.1.KEY.log', true],
      [1, 'inotify_init1 no file', false],
      [1, 'inotify_add_watch .orch/runs/r/inbox', false],
      [1, 'pipe2 no file', true],
      [1, 'clone no file', true],
      [1, 'close no file', true],
      [1, 'read no file', true],
      [2, 'close .orch/runs/r/attempts/a.1.KEY.log', false],
      [1, 'write stdout', true],
    ]);
  });

  it('are counted by the file that they are about, where it has the same name each time', () => {
    const calls = callsAbout(
      folder,
      `openat(AT_FDCWD</tmp/trial/1>, "/lib/libc.so.6", O_RDONLY) = 3</lib/libc.so.6>
openat(AT_FDCWD</tmp/trial/1>, "plan.json", O_RDONLY) = 3</tmp/trial/1/plan.json>
openat(AT_FDCWD</tmp/trial/1>, "/tmp/trial/1/.orch/runs/.new-5-a1/run.json", O_RDONLY) = -1 ENOENT (…)
rename("/tmp/trial/1/.orch/a", "/tmp/trial/1/.orch/b") = 0
openat(AT_FDCWD</tmp/trial/1>, "plan.json", O_RDONLY) = -1 EIO (Input/output error) (INJECTED)
rename("/tmp/trial/1/.orch/.new-1", "/tmp/trial/1/.orch/b") = 0
`,
    );
    expect(calls.map(({ name, ordinal, path }) => [name, ordinal, path])).toEqual([
      ['openat', 1, 'plan.json'],
      ['openat', 3, undefined],
      ['rename', 1, undefined],
      ['openat', 2, 'plan.json'],
      ['rename', 2, undefined],
    ]);
  });

  it('are told apart where their number depends on who else lives on the machine', () => {
    const journal = (call: string): string => `${call}, "/tmp/trial/1/.orch/runs/r/.new-1") = 0`;
    const sweep =
      'openat(AT_FDCWD</a>, "/proc", O_RDONLY|O_DIRECTORY) = 9</proc>\nopenat(AT_FDCWD</a>, "/proc/7/stat") = 8';
    const lines = [journal('openat(AT_FDCWD</a>'), journal('statx(AT_FDCWD</a>'), sweep];
    const both = [...lines, ...lines.slice(0, 2)].join('\n');
    expect(callsAbout(folder, both).map(({ name, ordinal, moves }) => [name, ordinal, moves])).toEqual([
      ['openat', 1, false],
      ['statx', 1, false],
      ['openat', 4, true],
      ['statx', 2, false],
    ]);
  });

  it('is what each call of a name was about, those before the first file included', () => {
    expect(callsNamed('openat', folder, trace)).toEqual([
      'openat no file',
      'openat .orch/runs/.new/journal-1',
      'openat .orch/runs/r/attempts/a.1.KEY.log',
    ]);
    expect(callsNamed('write', folder, trace)).toEqual(['write stdout']);
    expect(callsNamed('rename', folder, trace)).toEqual([]);
  });
});

describe('a fault', () => {
  it('is injected at one call', () => {
    const kill = { name: 'rename', ordinal: 3, fault: { signal: 'SIGKILL' } } as const;
    const fail = { name: 'rename', ordinal: 3, fault: { error: 'EIO' } } as const;
    expect(straceTo({ file: 't', folder, injection: kill }).at(-1)).toBe('inject=rename:signal=SIGKILL:when=3');
    expect(straceTo({ file: 't', folder, injection: fail }).at(-1)).toBe('inject=rename:error=EIO:when=3');
  });

  it('is injected at one call about a file, as the program may call it', () => {
    const injection = { name: 'openat', ordinal: 1, path: 'plan.json', fault: { error: 'EIO' } } as const;
    expect(straceTo({ file: 't', folder, injection }).join(' ')).toContain(
      ' -P /tmp/trial/1/plan.json -P plan.json -e trace=openat -e inject=openat:error=EIO:when=1',
    );
    expect(straceTo({ file: 't', folder, injection: { ...injection, path: '' } }).join(' ')).toContain(
      ' -P /tmp/trial/1 -e trace=openat',
    );
  });

  it('is one of those that a call can have, in turn', () => {
    const about = (name: string): TracedCall => ({ name, ordinal: 1, what: `${name} a`, changes: true, moves: false });
    expect([0, 1, 2, 3].map((turn) => errorToTry(about('renameat2'), turn))).toEqual([
      'ENOSPC',
      'EIO',
      'EROFS',
      'ENOSPC',
    ]);
    expect(errorToTry(about('close'), 0)).toBeUndefined();
  });

  it('is one that the call can have', () => {
    const calls = callsAbout(folder, trace);
    expect(calls.map((call) => errorsFor(call).join(' '))).toEqual([
      'EIO',
      'ENOSPC EIO EMFILE EROFS',
      'ENOSPC EIO',
      'ENOSPC EIO EMFILE EROFS',
      'EMFILE',
      'ENOSPC',
      'EMFILE',
      'EAGAIN ENOMEM',
      '',
      '',
      '',
      '',
    ]);
  });
});

describe('lanes', () => {
  it('do all tasks, no more at once than there are lanes, and answer in order', async () => {
    let busy = 0;
    let most = 0;
    const results = await inLanes([3, 1, 2, 0], 2, async (item) => {
      most = Math.max(most, ++busy);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      busy--;
      return item * 2;
    });
    expect([most, results]).toEqual([2, [6, 2, 4, 0]]);
  });
});
