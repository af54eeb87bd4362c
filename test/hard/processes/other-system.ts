import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import type { Playground } from '../../../packages/cli/test/orch-process.ts';

/** What is different on a system: programs that it lacks, and what its `sh` is. */
export interface Difference {
  readonly without?: readonly string[];
  /** Path of the program. */
  readonly sh?: string;
}

/**
 * Words that start a program where `/usr/bin` is made of links, but for the difference: in a mount namespace, which
 * nobody else sees. The rest of the system is as it is, so a process outside can see and adopt what runs inside.
 */
export function otherSystem(ground: Playground, { without = [], sh }: Difference): readonly string[] {
  const [real, bin] = [ground.path('system/real'), ground.path('system/bin')];
  mkdirSync(real, { recursive: true });
  mkdirSync(bin);
  for (const name of readdirSync('/usr/bin'))
    if (!without.includes(name) && !(sh !== undefined && name === 'sh'))
      symlinkSync(`${real}/${name}`, `${bin}/${name}`);
  if (sh !== undefined) symlinkSync(sh.replace(/^(\/usr)?\/bin\//, `${real}/`), `${bin}/sh`);
  const mounts = 'mount --bind /usr/bin "$0" && mount --bind "$1" /usr/bin && shift && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', mounts, real, bin];
}

/** A folder with links to all programs but some, for a PATH. */
export function pathWithout(ground: Playground, without: readonly string[]): string {
  const bin = ground.path('bin');
  mkdirSync(bin);
  for (const name of readdirSync('/usr/bin'))
    if (!without.includes(name)) symlinkSync(`/usr/bin/${name}`, `${bin}/${name}`);
  return bin;
}
