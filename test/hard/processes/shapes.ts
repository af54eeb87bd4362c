import type { OddPhase } from './stage.ts';
import { completed, failedWith, killedBy, notStarted } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** A command of an odd shape, and what is to become of it. */
export interface Shape {
  readonly phase: OddPhase;
  readonly verdict: Verdict;
  /** All that it prints; a pattern where words are the system's own. Absent: not looked at. */
  readonly prints?: string | RegExp;
  /** Of its error's message and hint. */
  readonly says?: RegExp;
}

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly says?: RegExp;
}

function shape(
  name: string,
  command: OddPhase['command'],
  verdict: Verdict,
  prints?: Shape['prints'],
  { says, ...options }: Options = {},
): Shape {
  return {
    phase: { name, command, ...options },
    verdict,
    ...(prints === undefined ? {} : { prints }),
    ...(says === undefined ? {} : { says }),
  };
}

const shellText: readonly Shape[] = [
  shape('trap on EXIT', 'trap "echo bye" EXIT; echo hi; exit 3', failedWith(3), 'hi\nbye\n'),
  shape('trap on EXIT that exits itself', 'trap "exit 4" EXIT; exit 3', failedWith(4), ''),
  shape('trap on TERM, sent by itself', 'trap "echo got; exit 6" TERM; kill $$; echo no', failedWith(6), 'got\n'),
  shape('exec', 'echo one; exec sh -c "echo two; exit 5"', failedWith(5), 'one\ntwo\n'),
  shape('exec of what is not there', 'exec no-such-program-at-all', failedWith(127), /not found/),
  shape('here-document', 'cat <<E\na $((1+1)) "b"\nE\ncat <<"E"\n$x\nE\n', completed, 'a 2 "b"\n$x\n'),
  shape('here-document larger than a pipe', `cat <<E | wc -c\n${'x'.repeat(100_000)}\nE`, completed, /^\s*100001\n$/),
  shape('here-document without an end', 'cat <<E\nopen', completed, /open/),
  shape('comment at the end', 'echo a # and "no more', completed, 'a\n'),
  shape('comment and nothing after it', 'exit 7 #', failedWith(7), ''),
  shape('nothing but a comment', '# nothing', completed, ''),
  shape('backslash at the end', 'echo a \\', completed, /^a ?\\?\n$/),
  shape('quotes that stay open', 'echo "a; exit 0', failedWith(2), /[Uu]nterminated quoted string/),
  shape('quotes that stay open, of a later line', "echo a\necho 'b", failedWith(2), /[Uu]nterminated quoted string/),
  shape('set -e', 'set -e; echo a; false; echo b', failedWith(1), 'a\n'),
  shape('set -eu, nothing set', 'set -eu; echo "$no_such_variable_at_all"', failedWith(2), /parameter not set/),
  shape('exit in the middle', 'echo a\nexit 9\necho b', failedWith(9), 'a\n'),
  shape('exit in a subshell', '(exit 9); echo $?', completed, '9\n'),
  shape('a pipe whose first part fails', 'false | true', completed, ''),
  shape('a pipe that nobody reads', 'yes | head -n 1', completed, 'y\n'),
  shape('line ends of Windows', 'echo a\r\nexit 3\n', failedWith(3), 'a\r\n'),
];

const descriptors: readonly Shape[] = [
  shape('output to nowhere', 'echo a; exec >/dev/null 2>&1; echo b; exit 3', failedWith(3), 'a\n'),
  shape(
    'all descriptors closed',
    `echo a; exec ${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${n}>&-`).join(' ')}; exit 3`,
    failedWith(3),
    'a\n',
  ),
  shape('stdin closed', 'exec <&-; cat; exit 3', failedWith(3), /cat/),
  shape('cat reads to the end at once', 'cat; echo "end $?"', completed, 'end 0\n'),
  shape('read finds the end at once', 'read line; echo "$? [$line]"', completed, '1 []\n'),
  shape('no terminal', 'tty; test -t 0 || test -t 1 || test -t 2 || echo none', completed, 'not a tty\nnone\n'),
  shape('no terminal to ask', '(read line </dev/tty) || exit 3', failedWith(3), /\/dev\/tty/),
  shape('the log truncated by itself', 'echo a; : >/proc/self/fd/1; echo b; exit 3', failedWith(3), 'b\n'),
  shape('the log as its input', 'echo a; cat </proc/self/fd/1; exit 3', failedWith(3), /^a\n/),
];

const surroundings: readonly Shape[] = [
  shape('a limit on files', 'ulimit -c 0; ulimit -f 1; head -c 9000 /dev/zero; exit $?', failedWith(153), /^\0{512,}/),
  shape('no files at all', 'ulimit -f 0; exit 3', failedWith(3), ''),
  shape('no descriptors', 'ulimit -n 3; cat /dev/null; exit 3', failedWith(3)),
  shape('a mask', 'umask 777; : >masked; exit 3', failedWith(3), ''),
  shape('its folder left and deleted', 'mkdir gone; cd gone; rmdir ../gone; pwd -P; exit 3', failedWith(3)),
  shape('its PATH changed', 'PATH=/nowhere; export PATH; echo a; ls; echo $?', completed, /^a\n.*not found\n127\n$/),
  shape('its environment dropped', `exec env -i /bin/sh -c 'echo "[$ORCH_KEY]"; exit 3'`, failedWith(3), '[]\n'),
  shape('its own variables of orch changed', 'ORCH_LINEAGE=x ORCH_KEY=y sh -c "exit 3"', failedWith(3), ''),
  shape(
    'values of many lines and of all scripts',
    'printf "%s|" "$A" "$B" "$C" "$D"',
    completed,
    'a\nb\n|ü €\u{1f642}|"\'$(x)`\\|\u0001\t|',
    {
      env: { A: 'a\nb\n', B: 'ü €\u{1f642}', C: '"\'$(x)`\\', D: '\u0001\t' },
    },
  ),
  shape('thousands of children', 'n=0; while [ $n -lt 3000 ]; do (:); n=$((n+1)); done; exit 3', failedWith(3), ''),
  shape(
    'hundreds of children at once',
    'n=0; while [ $n -lt 400 ]; do sleep 600 & n=$((n+1)); done; exit 3',
    failedWith(3),
    '',
  ),
];

const killers: readonly Shape[] = [
  shape('KILL to its own group', 'kill -9 0; exit 3', killedBy('SIGKILL')),
  shape('TERM to its own group, which it survives', 'trap : TERM; kill 0; exit 3', failedWith(3)),
  shape('KILL to its parent', 'kill -9 $PPID; sleep 600', killedBy('SIGKILL')),
  shape('a signal without a name to its parent', 'kill -40 $PPID; sleep 600', killedBy(undefined)),
  shape('TERM to its parent, which survives', 'kill $PPID; exit 3', failedWith(3), ''),
  shape('HUP to its parent, which survives', 'kill -1 $PPID; exit 0', completed, ''),
];

const programs: readonly Shape[] = [
  shape('no such program', 'no-such-program-at-all', failedWith(127), /not found/, { says: /127 .*no such program/ }),
  shape('a program that may not be executed', './readable', failedWith(126), /denied/, {
    says: /126 .*may not be executed/,
  }),
  shape('a folder as program', '/tmp', failedWith(126), /denied|[Ii]s a directory/),
  shape('no such program, without a shell', ['no-such-program-at-all'], notStarted, '', {
    says: /There is no program "no-such-program-at-all"\. Looked for in PATH=/,
  }),
  shape('a program that may not be executed, without a shell', ['./readable'], notStarted, '', {
    says: /chmod \+x \.\/readable/,
  }),
  shape('a script whose interpreter is not there', ['./orphan'], failedWith(127), /orphan/),
  shape('a script without an interpreter line', ['./bare'], failedWith(3), 'bare\n'),
  shape('a folder that is not there', 'exit 3', notStarted, '', { cwd: 'nowhere', says: /nowhere" does not exist/ }),
  shape('a folder that is a file', 'exit 3', notStarted, '', { cwd: 'readable', says: /readable" is not a folder/ }),
  shape('a folder that is a circle', 'exit 3', notStarted, '', {
    cwd: 'circle',
    says: /circle" can't be entered: ELOOP/,
  }),
  shape('one argument too long', ['true', 'x'.repeat(200_000)], notStarted, '', { says: /too long for the system/ }),
  shape('arguments too many', ['true', ...Array.from({ length: 30 }, () => 'x'.repeat(100_000))], notStarted, '', {
    says: /too long for the system/,
  }),
  shape('one variable too long', 'exit 3', notStarted, '', { env: { A: 'x'.repeat(200_000) }, says: /too long/ }),
  shape('as long as it may be', ['sh', '-c', 'echo ${#1}', 'sh', 'x'.repeat(131_000)], completed, '131000\n'),
  shape('200 KB of text', `: ${'x'.repeat(200_000)}\necho "$0"; exit 3`, failedWith(3), /\.command\n$/),
  shape(
    '200 KB of text, with a limit on memory',
    `: ${'x'.repeat(200_000)}\ntrap "echo bye" EXIT; cat; exit 3`,
    failedWith(3),
    'bye\n',
  ),
];

/** Commands that come to an end by themselves. */
export const shapes: readonly Shape[] = [...shellText, ...descriptors, ...surroundings, ...killers, ...programs];
