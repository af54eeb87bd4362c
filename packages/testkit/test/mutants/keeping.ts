import type { LogMutant } from '../edited-log.ts';

/** Mistakes of keeping state: what is spoiled, of a later release, or not its own. */
export const keepingMutants: readonly LogMutant[] = [
  {
    mistake: 'does not look at its checksums',
    by: ['B78'],
    edits: [["format === '1' && checksum === String(crc32(text))", "format === '1'"]],
  },
  {
    mistake: 'one run that can not be read hides all',
    by: ['B78', 'B97'],
    edits: [['if (error === undefined) continue;', 'if (error === undefined) continue;\n      else throw error;']],
  },
  {
    mistake: 'leaves a damaged run out of the list',
    by: ['B78'],
    edits: [['found.push({ runId, error })', 'undefined']],
  },
  {
    mistake: 'lists no runs but those that it was asked about before',
    by: ['B78'],
    edits: [['await unreadableOf(folder, memory, replay);', '[];']],
  },
  {
    mistake: 'reads formats that it does not know',
    by: ['B97'],
    edits: [["format === '1' && checksum", 'checksum']],
  },
  {
    mistake: 'takes a later format for damage',
    by: ['B97'],
    edits: [["return refuse('ORCH_JOURNAL_NEWER'", "return refuse('ORCH_JOURNAL_DAMAGED'"]],
  },
  {
    mistake: 'ends its history where a later format begins',
    by: ['B97'],
    edits: [["return refuse('ORCH_JOURNAL_NEWER'", "return undefined ?? void ('ORCH_JOURNAL_NEWER'"]],
  },
  {
    mistake: 'notes its last call beside its folder',
    by: ['B98'],
    edits: [
      [
        'flushFolder(dirname(file));',
        'flushFolder(dirname(file));\n    fs.writeFileSync(`${dirname(file)}.last`, text);',
      ],
    ],
  },
  {
    mistake: 'keeps messages in a file for each, beside its folder',
    by: ['B98'],
    edits: [
      [
        'flushFolder(dirname(file));',
        'flushFolder(dirname(file));\n    if (text.startsWith(\'["post"\')) fs.writeFileSync(`${dirname(file)}-${crc32(text)}`, text);',
      ],
    ],
  },
];
