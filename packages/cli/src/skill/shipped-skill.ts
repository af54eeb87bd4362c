import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

export const skillName = 'orchestrating-workflows';

/** The files of a skill by their paths, with slashes, from its folder. */
export type SkillFiles = ReadonlyMap<string, Uint8Array>;

/** The skill that came with this orch: beside the program, or of the repository where that is not built. */
export function readShippedSkill(): SkillFiles {
  const program = realpathSync(process.argv[1] ?? '');
  const ofPackage = dirname(dirname(program));
  const skills =
    basename(dirname(program)) === 'src' ? join(ofPackage, '../../skills') : join(ofPackage, 'dist/skills');
  const folder = join(skills, skillName);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return new Map(paths.toSorted().map((path) => [path.replaceAll(sep, '/'), readFileSync(join(folder, path))]));
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
