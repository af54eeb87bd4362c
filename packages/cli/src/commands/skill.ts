import { realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { orchVersion } from '@orch/core';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { wrongUsage } from '../report-error.ts';
import { readShippedSkill, skillName } from '../skill/shipped-skill.ts';
import { carryOut, planCopy } from '../skill/skill-copy.ts';
import type { CopyPlan, FileChange } from '../skill/skill-copy.ts';
import { print, say } from '../streams.ts';
import { count, harmless, shellWord } from '../view/text.ts';

export interface SkillOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

interface Copy {
  readonly folder: string;
  readonly plan: CopyPlan;
}

const mostNamed = 10;

/** Copies the agent skill to where agents look for skills. A file that somebody changed is overwritten by `--force` only. */
export async function installSkill(
  given: string | undefined,
  { force = false, json = false }: SkillOptions,
): Promise<ExitCode> {
  const files = readShippedSkill();
  const copies = foldersFor(given).map((folder) => ({ folder, plan: inPlace(folder, () => planCopy(folder, files)) }));
  const changed = copies.flatMap(({ folder, plan }) => plan.changed.map((path) => join(folder, path)));
  if (changed.length > 0 && !force) throw wouldOverwrite(changed, given);
  for (const { folder, plan } of copies) inPlace(folder, () => carryOut(folder, files, plan));
  if (json) await print(`${JSON.stringify({ version: orchVersion, folders: copies.map(answerOf) }, null, 2)}\n`);
  else for (const { folder } of copies) await print(`${folder}\n`);
  for (const copy of copies) say(describe(copy));
  const shown = relative('.', copies[0]?.folder ?? '') || '.';
  say(
    `Agents find it by its description. To try it, ask for a workflow, or have ${harmless(join(shown, 'SKILL.md'))} read.`,
  );
  if (given === undefined && copies.length === 1)
    say('Agents that look elsewhere: orch skill install DIR, as in .agents/skills or ~/.claude/skills.');
  return exitCodes.done;
}

/** Folders that agents of today read in a project; the first where none is there yet. */
const known = ['.claude', '.agents'] as const;

function foldersFor(given: string | undefined): readonly string[] {
  if (given !== undefined) return [basename(resolve(given)) === skillName ? resolve(given) : resolve(given, skillName)];
  const there = known.filter((name) => isFolder(name));
  const folders = there.map((name) => join(name, 'skills'));
  // One of them may lead to the other: agents are often set up so.
  const distinct = new Map(
    folders.map((folder) => [isFolder(folder) ? realpathSync(folder) : resolve(folder), folder]),
  );
  const chosen = distinct.size === 0 ? [join(known[0], 'skills')] : [...distinct.values()];
  return chosen.map((folder) => resolve(folder, skillName));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** What a folder is that nothing can be copied to. */
const wrongPlaces: Readonly<Record<string, string>> = {
  ENOENT: 'cannot be made there',
  ENOTDIR: 'leads through a file',
  EISDIR: 'has a folder where a file is to be',
  ELOOP: 'leads through links that lead to themselves',
  ENAMETOOLONG: 'has a name that is too long',
  EACCES: 'may not be written',
  EPERM: 'may not be written',
  EROFS: 'may not be written',
};

function inPlace<Done>(folder: string, act: () => Done): Done {
  try {
    return act();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = wrongPlaces[code];
    if (why === undefined) throw error;
    throw wrongUsage({
      message: `${harmless(folder)} ${why} (${code}).`,
      hint: 'Name a folder that you may write to: orch skill install DIR',
    });
  }
}

function wouldOverwrite(changed: readonly string[], given: string | undefined): Error {
  const named = changed.slice(0, mostNamed).map((path) => `\n  ${harmless(path)}`);
  const more = changed.length > mostNamed ? `\n  and ${changed.length - mostNamed} more` : '';
  const again = `orch skill install${given === undefined ? '' : ` ${shellWord(given)}`} --force`;
  return wrongUsage({
    message: `${count(changed.length, 'file')} would be overwritten that orch did not write, or that were changed since:${named.join('')}${more}`,
    hint: `Nothing was written. Keep them elsewhere, or overwrite them: ${again}`,
  });
}

function answerOf({ folder, plan }: Copy): { folder: string; files: Record<string, FileChange> } {
  return { folder, files: Object.fromEntries(plan.changes) };
}

function describe({ folder, plan }: Copy): string {
  const words = (['written', 'updated', 'overwritten', 'removed', 'unchanged'] as const).flatMap((change) => {
    const amount = [...plan.changes.values()].filter((it) => it === change).length;
    return amount === 0 ? [] : [`${amount} ${change}`];
  });
  return `The skill of orch ${orchVersion} is in ${harmless(relative('.', folder) || '.')}: ${words.join(', ')}.`;
}
