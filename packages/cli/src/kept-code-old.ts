/** Where the code of one script is kept for one command. */
export interface Place {
  readonly folder: string;
  /** What the names of all begin with that were kept of this script for this command, of whatever build. */
  readonly kin: string;
  readonly name: string;
}

/** Of a script for one command: as many installations and versions of Node can take turns and find what they kept. */
const mostKept = 8;

/** To write one takes milliseconds. */
const draftMs = 60_000;

/** Removes what nobody asks for any more. Called where one was written, which is seldom: other starts don't pay for it. */
export function clearBehind({ folder, kin, name }: Place): void {
  const fs = process.getBuiltinModule('node:fs');
  const names = fs.readdirSync(folder).filter((it) => it.startsWith('orch-') && it !== name);
  const written = (it: string): number => fs.statSync(`${folder}/${it}`).mtimeMs;
  const remove = (it: string): void => fs.rmSync(`${folder}/${it}`, { force: true });

  // The process was killed before it gave the file its name.
  for (const it of names.filter(isDraft)) if (Date.now() - written(it) > draftMs) remove(it);

  const others = names.filter(
    (it) => !isDraft(it) && it.startsWith(kin) && /^[0-9a-f]{16}-/.test(it.slice(kin.length)),
  );
  if (others.length < mostKept) return;
  const byAge = others.map((it) => ({ it, at: written(it) })).toSorted((one, two) => two.at - one.at);
  for (const { it } of byAge.slice(mostKept - 1)) remove(it);
}

function isDraft(name: string): boolean {
  return /-[0-9a-f]{16}-.*\.\d+$/.test(name);
}
