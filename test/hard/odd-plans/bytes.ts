import { accepted, phaseText, planText, refused, refusedAt, type OddPlan } from './row.ts';

const good = planText();
const utf16 = Buffer.from(good, 'utf16le');
const withBytes = (before: string, bytes: readonly number[], after = ''): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);

/** Where a plan is cut off, and what is missing there. */
const cuts: readonly (readonly [title: string, text: string])[] = [
  ['in a key', '{⟦"workf'],
  ['after a key', '{"workflow_id"⟦'],
  ['before a value', '{"workflow_id":⟦'],
  ['in a text', '{"workflow_id": ⟦"od'],
  ['in an escape', '{"workflow_id": ⟦"od\\u00'],
  ['in a number', '{"timeout": ⟦12.'],
  ['in a literal', '{"timeout": ⟦tru'],
  ['in a list', '{"workflow_id": "odd", "phases": [⟦'],
  ['after a phase', `${good.slice(0, good.lastIndexOf('}', good.length - 3) + 1)}⟦`],
  ['before the last bracket', `${good.trimEnd().slice(0, -1)}⟦`],
];

const megabytes = 50;
const mistake = `"comand": "${'x'.repeat(900)}"`;

/** What can be wrong with a file before it is JSON, or instead of it. */
export const bytes: readonly OddPlan[] = [
  refusedAt('an empty file', () => '', ['SYNTAX 1:1']),
  refusedAt('blanks only', () => ' \n\t\r\n  ', ['SYNTAX 1:1']),
  refusedAt('a byte order mark', () => `\ufeff${good}`, ['SYNTAX 1:1']),
  refusedAt('only a byte order mark', () => '\ufeff', ['SYNTAX 1:1']),
  refusedAt('only the mark of UTF-16', () => withBytes('', [0xff, 0xfe]), ['SYNTAX 1:1']),
  refusedAt('UTF-16, little end first, a plan', () => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), [
    'SYNTAX 1:1',
  ]),
  refusedAt(
    'UTF-16, big end first, a plan',
    () => Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
    ['SYNTAX 1:1'],
  ),
  refusedAt('UTF-16 without a mark, little end first', () => utf16, ['SYNTAX 1:1']),
  refusedAt('UTF-16 without a mark, big end first', () => Buffer.from(utf16).swap16(), ['SYNTAX 1:1']),
  refusedAt('UTF-32, big end first', () => withBytes('', [0, 0, 0, 0x7b, 0, 0, 0, 0x7d]), ['SYNTAX 1:1']),
  refusedAt('UTF-32, little end first', () => withBytes('', [0x7b, 0, 0, 0, 0x7d, 0, 0, 0]), ['SYNTAX 1:1']),
  refusedAt('Latin-1', () => Buffer.from('{"workflow_id": "f\u00fcr"}', 'latin1'), ['SYNTAX 1:19']),
  refusedAt('an overlong form in UTF-8', () => withBytes('{\n"a": "', [0xc0, 0xaf], '"}'), ['SYNTAX 2:7']),
  refusedAt('half of a surrogate pair in UTF-8', () => withBytes('{"a": "', [0xed, 0xa0, 0x80], '"}'), ['SYNTAX 1:8']),
  refusedAt('a character cut in two', () => withBytes('{"a": "\u00fc', [0xf0, 0x9f, 0x98]), ['SYNTAX 1:9']),
  refusedAt('a NUL', () => '\0', ['SYNTAX 1:1']),
  refusedAt('NULs only', () => Buffer.alloc(4096), ['SYNTAX 1:1']),
  refused('a NUL in a text', '{"workflow_id": "o⟦\0dd"}', 'SYNTAX'),
  refused('a NUL after the plan', `${good}⟦\0`, 'SYNTAX'),
  refused('the end of a file of DOS', `${good}⟦\u001a`, 'SYNTAX'),
  refusedAt('a compressed file', () => withBytes('', [0x1f, 0x8b, 0x08, 0x00, 0x00]), ['SYNTAX 1:2']),
  refusedAt('a program', () => withBytes('', [0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00]), ['SYNTAX 1:1']),
  ...cuts.map(([title, text]) => refused(`cut off ${title}`, text, 'SYNTAX')),
  refused('two plans', `${good}⟦${good}`, 'SYNTAX'),
  refused('a plan in each line', `{"workflow_id": "odd"}\n⟦{"workflow_id": "odd"}\n`, 'SYNTAX'),
  accepted('line ends of Windows', good.replaceAll('\n', '\r\n')),
  accepted('line ends of old Macs', good.replaceAll('\n', '\r')),
  refusedAt('not there', () => '', ['NOT_FOUND 1:1'], { place: 'missing', exitCode: 3 }),
  refusedAt('a folder', () => '', ['NOT_FOUND 1:1'], { place: 'folder', exitCode: 3 }),
  refusedAt('under a file', () => good, ['NOT_FOUND 1:1'], { place: 'under a file', exitCode: 3 }),
  refusedAt('not to be read', () => good, ['NOT_FOUND 1:1'], { place: 'unreadable', exitCode: 3 }),
  refusedAt('a name longer than file systems take', () => '', ['NOT_FOUND 1:1'], { place: 'long name', exitCode: 3 }),
  refusedAt('/dev/null', () => '', ['SYNTAX 1:1'], { place: '/dev/null' }),
  accepted('a named pipe', good, ['a'], { place: 'pipe' }),
  refusedAt('a named pipe that ends too early', () => good.slice(0, 17), ['SYNTAX 1:17'], { place: 'pipe' }),
  accepted('10 MB of description', () => planText(undefined, `"description": "${large('x', 10)}",`), ['a'], {
    large: true,
  }),
  accepted('10 MB of line ends', () => good + large('\n', 10), ['a'], { large: true }),
  refusedAt('10 MB of blanks', () => large(' ', 10), ['SYNTAX 1:1'], { large: true }),
  refusedAt('10 MB of a text without an end', () => `{"workflow_id": "${large('x', 10)}`, ['SYNTAX 1:17'], {
    large: true,
  }),
  refusedAt(`${megabytes} MB of a name`, () => planText([phaseText({ name: large() })]), ['TYPE 3:14'], {
    large: true,
  }),
  refusedAt(
    `${megabytes} MB of phases, a mistake in each`,
    () => planText(Array.from({ length: 50_000 }, (_, at) => phaseText({ name: `p${at}`, more: mistake }))),
    ['LIMIT 1:1', 'UNKNOWN_KEY 3:90', 'UNKNOWN_KEY 4:90'],
    { large: true, count: 10_001 },
  ),
  refusedAt('more than 64 MiB', () => Buffer.alloc(64 * 2 ** 20 + 1, ' '), ['LIMIT 1:1'], { large: true }),
];

function large(piece = 'x', size = megabytes): string {
  return piece.repeat((size * 1_000_000) / piece.length);
}
