import type { LogMutant } from '../edited-log.ts';

const put = 'if (putIfFree(nextFile(run), text)) return perform(run, text);';
const link = 'fs.linkSync(temporary, file);';
const begin = "type Changing = 'create'";

function overwrites(method: string): LogMutant['edits'] {
  return [[link, `if (text.startsWith('["${method}"')) fs.rmSync(file, { force: true });\n${link}`]];
}

/** Mistakes that show only where several processes use a backend at once. */
export const racingMutants: readonly LogMutant[] = [
  { mistake: 'a create takes the number of another one', by: ['B81'], edits: overwrites('create') },
  { mistake: 'a taking takes the number of another one', by: ['B82'], edits: overwrites('acquire') },
  { mistake: 'an append takes the number of another call', by: ['B83', 'B88'], edits: overwrites('append') },
  { mistake: 'a message takes the number of another one', by: ['B86'], edits: overwrites('post') },
  {
    mistake: 'an append does not look whether another process took the run over',
    by: ['B84'],
    edits: [
      [begin, `const others = new Set<(run: string) => unknown>();\n${begin}`],
      // What this process does, each of its objects hears of.
      [
        'const changing =',
        'others.add((run) => inTurn(() => replay(run)).catch(() => undefined));\n  const changing =',
      ],
      [
        'for (;;) {\n      await replay(run);',
        "for (;;) {\n      if (method !== 'append' || !replayed.has(run)) await replay(run);\n      at = now();",
      ],
      [
        put,
        `const number = replayed.get(run) ?? 0;
        for (let more = 1; !putIfFree(join(folder, run + '@' + (number + more)), text); more++);
        return perform(run, text).finally(() => others.forEach((other) => other(run)));`,
      ],
    ],
  },
  {
    mistake: 'acknowledges before it stores',
    by: ['B85'],
    edits: [
      [begin, `const late: (() => unknown)[] = [];\n${begin}`],
      ['turn.then(() => (isOpen ?', 'turn.then(() => (late.splice(0).forEach((store) => store()), isOpen) ?'],
      ["Promise.reject(notOpen('log')))", "Promise.reject(notOpen('log'))"],
      ['async close() {', 'async close() {\n      for (const store of late.splice(0)) store();'],
      [
        put,
        `const file = nextFile(run);
      if (readIfThere(file) !== undefined) continue;
      late.push(() => putIfFree(file, text));
      return perform(run, text);`,
      ],
    ],
  },
  {
    mistake: 'a file has its name before it has its content',
    by: ['B87'],
    edits: [
      [
        'fs.writeFileSync(temporary, `',
        "fs.writeFileSync(file, '', { flag: 'wx', flush: true });\n    fs.writeFileSync(file, `",
      ],
      [link, ''],
    ],
  },
  {
    mistake: 'an append that another call came before is a conflict',
    by: ['B89'],
    edits: [[put, `${put}\n      if (method === 'append') return { status: 'conflict', version: 0 };`]],
  },
];
