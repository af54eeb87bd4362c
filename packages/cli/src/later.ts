/** What the design has and this release does not: refused by name, never accepted and ignored. */
export const laterCommands: ReadonlySet<string> = new Set([
  'approve',
  'completion',
  'graph',
  'init',
  'prune',
  'report',
  'schema',
  'skill',
  'stats',
  'watch',
]);

export const laterFlags: Readonly<Record<string, ReadonlySet<string>>> = {
  execute: new Set([
    '--detach',
    '--dry-run',
    '--fail-fast',
    '--input',
    '--inputs',
    '--no-wait',
    '--only',
    '--skip',
    '--until',
  ]),
  recover: new Set(['--all', '--detach', '--no-wait', '--plan']),
};

export const laterOutputs: ReadonlySet<string> = new Set(['github']);
