/** Words of a shell that begin or end a construct, of all shells that stand as `sh` somewhere. */
const keywords =
  '! [[ ]] { } case coproc do done elif else end esac fi for foreach function if in repeat select then time until while';

/** Builtins, special and regular, of dash, bash, ksh, zsh and busybox. */
const builtins =
  '. : [ alias autoload bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs ' +
  'disown echo emulate enable eval exec exit export false fc fg float functions getopts hash help hist history integer ' +
  'jobs kill let limit local logout mapfile newgrp nocorrect noglob popd print printf pushd pwd read readarray ' +
  'readonly return rehash sched set setopt shift shopt source stop suspend test times trap true type typeset ulimit ' +
  'umask unalias unfunction unhash unlimit unset unsetopt wait whence where which zmodload';

const keywordSet: ReadonlySet<string> = new Set(keywords.split(' '));
const builtinSet: ReadonlySet<string> = new Set(builtins.split(' '));

/** Builtins that change nothing in the shell: the same in the wrapper as in a shell of their own. */
const harmlessBuiltins: ReadonlySet<string> = new Set(['true', 'false', 'echo']);

/** No quotes, expansions, patterns, operators or comments; `=` is left out of the first word: an assignment. */
const plainText = /^ *[A-Za-z0-9_./:,@%+][A-Za-z0-9_./:,@%+-]*(?: +[A-Za-z0-9_./:,@%+=-]+)* *$/;

export function isKeyword(word: string): boolean {
  return keywordSet.has(word);
}

export function isBuiltin(word: string): boolean {
  return builtinSet.has(word);
}

/**
 * The words of a text in which a shell would find words and nothing else, with a program or a builtin as the first.
 * `undefined`: only a shell can say.
 */
export function plainWords(text: string): [string, ...string[]] | undefined {
  if (!plainText.test(text)) return undefined;
  const [first = '', ...rest] = text.split(' ').filter((word) => word !== '');
  return isKeyword(first) ? undefined : [first, ...rest];
}

/**
 * Whether the wrapper can run plain words itself: the command is then the same with one shell less. The words stay as
 * they are (the wrapper looks the program up, `argv[0]` is unchanged), so builtins that would change the wrapper must
 * not be among them.
 */
export function runsInWrapper([first]: readonly [string, ...string[]]): 'builtin' | 'program' | undefined {
  if (harmlessBuiltins.has(first)) return 'builtin';
  return isBuiltin(first) ? undefined : 'program';
}
