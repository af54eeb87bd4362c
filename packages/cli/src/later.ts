/** What the design has and this release does not: refused by name, never accepted and ignored. */
export const laterCommands: ReadonlySet<string> = new Set(['approve']);

export const laterFlags: Readonly<Record<string, ReadonlySet<string>>> = {
  execute: new Set(['--detach', '--dry-run', '--no-wait']),
  recover: new Set(['--detach', '--no-wait']),
};
