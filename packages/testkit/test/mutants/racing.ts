/** A mistake that shows only where several processes use a backend at once: the backend of the guide, edited. */
export interface RacingMutant {
  readonly mistake: string;
  /** The cases that are there to catch it. */
  readonly by: readonly string[];
  /** What to replace, each found once, by what. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

const put = 'if (putIfFree(fileOf(replayed + 1), text)) return perform(text);';
const link = 'linkSync(temporary, file);';
const begin = "type Changing = 'create'";

function overwrites(method: string): RacingMutant['edits'] {
  return [[link, `if (text.includes('{"method":"${method}"')) rmSync(file, { force: true });\n${link}`]];
}

export const racingMutants: readonly RacingMutant[] = [
  { mistake: 'a create takes the number of another one', by: ['B81'], edits: overwrites('create') },
  { mistake: 'a taking takes the number of another one', by: ['B82'], edits: overwrites('acquire') },
  { mistake: 'an append takes the number of another call', by: ['B83', 'B88'], edits: overwrites('append') },
  { mistake: 'a message takes the number of another one', by: ['B86'], edits: overwrites('post') },
  {
    mistake: 'an append does not look whether another process took the run over',
    by: ['B84'],
    edits: [
      [begin, `const others = new Set<() => unknown>();\n${begin}`],
      // What this process does, each of its objects hears of.
      ['const changing =', 'others.add(() => inTurn(replay).catch(() => undefined));\n  const changing ='],
      [
        'for (;;) {\n      await replay();',
        "for (;;) {\n      if (method !== 'append' || replayed === 0) await replay();\n      at = now();",
      ],
      [
        put,
        `let number = replayed + 1;
        while (!putIfFree(fileOf(number), text)) number++;
        return perform(text).finally(() => others.forEach((other) => other()));`,
      ],
    ],
  },
  {
    mistake: 'acknowledges before it stores',
    by: ['B85'],
    edits: [
      [begin, `const late: (() => unknown)[] = [];\n${begin}`],
      ['if (!isOpen) throw', 'for (const store of late.splice(0)) store();\n    if (!isOpen) throw'],
      ['async close() {', 'async close() {\n      for (const store of late.splice(0)) store();'],
      [
        put,
        `const file = fileOf(replayed + 1);
      if (readIfThere(file) !== undefined) continue;
      late.push(() => putIfFree(file, text));
      return perform(text);`,
      ],
    ],
  },
  {
    mistake: 'a file has its name before it has its content',
    by: ['B87'],
    edits: [
      [
        'writeFileSync(temporary, `',
        "writeFileSync(file, '', { flag: 'wx', flush: true });\n    writeFileSync(file, `",
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
