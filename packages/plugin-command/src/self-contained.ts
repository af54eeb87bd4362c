/** In double quotes: plain text, an escape, a plain variable, a plain command. */
const variable = String.raw`\$[A-Za-z_0-9@*?!$-]|\$\{[A-Za-z_0-9]+\}`;
const substitution = String.raw`\$\((?![(])[^()'"\`\\$#<{}]*\)`;
const doubleQuoted = String.raw`"(?:[^"\\\`$]|\\[^]|${variable}|${substitution})*"`;
const singleQuoted = `'[^']*'`;
/** Where a word could begin. Not after a continued line: the word may have begun on the one before. */
const comment = String.raw`(?<=^|[ \t;&|]|(?<!\\)\n)#[^\n]*(?=\n|$)`;
const escape = String.raw`\\[^\n]`;
const continuation = String.raw`(?<=[ \t])\\\n(?=[ \t]*[A-Za-z0-9_./'"-])`;
/** Other text: no quotes or expansions, no here-documents, and nothing that only bash reads in its own way. */
const plain = String.raw`[^'"\`\\$#<>=([]|<(?![<(\\])|>(?![(\\])|=(?![(\\])|\((?![(\\])|\[(?![[\\])`;

const selfContained = new RegExp(
  `^(?:${plain}|${singleQuoted}|${doubleQuoted}|${variable}|${substitution}|${comment}|${escape}|${continuation})*$`,
);

/** Longer texts are checked alone: a regular expression must not have to think about them. */
const maxLength = 10_000;

/**
 * Whether all quotes, comments and expansions of a shell text provably end in it, so that what follows is read as it
 * would be alone. Says nothing about brackets and keywords. `false`: not provable by these simple means.
 */
export function isSelfContained(text: string): boolean {
  return (
    text.length <= maxLength &&
    text.trim() !== '' &&
    !text.includes('<<') &&
    selfContained.test(text) &&
    hasCommand(text)
  );
}

/** Nothing but comments: two brackets around it would have nothing to hold. */
function hasCommand(text: string): boolean {
  return text.split('\n').some((line) => !/^\s*(#|$)/.test(line));
}
