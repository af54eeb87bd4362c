import { join } from 'node:path';
import type { Message } from '@orch/core/author';
import { crc32, makeOneFolder, sha256 } from '@orch/core/node';
import { damaged } from './damage.ts';
import { flushFolder, isExisting, namesIn, readFile } from './files.ts';
import { removeIfThere, temporaryName, writeNew } from './files.ts';
import { hex8 } from './record.ts';
import { inboxFolder } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';

/** `<order>-<hash of the id>.json`: sorts by arrival, and an id is found by name. */
const messageName = /^(\d{12})-([0-9a-f]{32})\.json$/;

interface Letter {
  readonly name: string;
  readonly order: number;
  readonly hash: string;
}

function lettersIn(folder: RunFolder): readonly Letter[] {
  return namesIn(folder.files, inboxFolder(folder))
    .flatMap((name) => {
      const [, order, hash] = messageName.exec(name) ?? [];
      return order === undefined || hash === undefined ? [] : [{ name, order: Number(order), hash }];
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function hashOf(id: string): string {
  // UTF-8 has one replacement for all lone surrogates; as JSON each is itself.
  return sha256(JSON.stringify(id)).slice(0, 32);
}

/** Puts a message into the inbox, after those that are there. */
export function putMessage(folder: RunFolder, message: Message): void {
  const { files } = folder;
  const inbox = inboxFolder(folder);
  const hash = hashOf(message.id);
  const letters = lettersIn(folder);
  if (letters.some((letter) => letter.hash === hash)) return;
  const order = (letters.at(-1)?.order ?? 0) + 1;
  // Somebody may have removed it. Not those above: a deleted run must not come back.
  makeOneFolder(inbox, files);
  const temporary = join(inbox, temporaryName());
  files.closeSync(writeNew(files, temporary, letterBytes(folder.run, message)));
  try {
    files.linkSync(temporary, join(inbox, `${String(order).padStart(12, '0')}-${hash}.json`));
  } catch (error) {
    // The same message, posted twice at once.
    if (!isExisting(error)) throw error;
  } finally {
    removeIfThere(files, temporary);
  }
  flushFolder(files, inbox);
}

export function hasMessages(folder: RunFolder): boolean {
  return lettersIn(folder).length > 0;
}

/** In order of arrival, each id once. */
export function readMessages(folder: RunFolder): readonly Message[] {
  const found = new Map<string, Message>();
  for (const { name, hash } of lettersIn(folder)) {
    const file = join(inboxFolder(folder), name);
    const bytes = readFile(folder.files, file);
    // Handled since the listing.
    if (bytes === undefined) continue;
    const line = bytes.toString('utf8', lineStart, bytes.length - 1);
    if (!bytes.equals(letterOf(folder.run, line)))
      throw badLetter(file, `it is not as it was posted to run ${folder.run}: its checksum does not fit`);
    const message = JSON.parse(line) as Message;
    if (hashOf(message.id) !== hash) throw badLetter(file, `it holds message ${message.id}, which has another name`);
    if (!found.has(message.id)) found.set(message.id, message);
  }
  return [...found.values()];
}

/** Where the JSON of a message begins: after its checksum and a space. */
const lineStart = 9;

function letterBytes(run: string, { id, body }: Message): Buffer {
  return letterOf(run, JSON.stringify({ id, body }));
}

/** The checksum continues from the run: a message to another one never fits. */
function letterOf(run: string, line: string): Buffer {
  return Buffer.from(`${hex8(crc32(line, crc32(`orch ${run} inbox`)))} ${line}\n`);
}

function badLetter(file: string, what: string): Error {
  const hint =
    'Nothing was changed. To go on without the message, remove this file; what it asked for can be sent again.';
  return damaged({ file, offset: 0, what, hint });
}

/** They are in the journal now. One that stays behind is told by that. */
export function removeMessages(folder: RunFolder, ids: Iterable<string>): void {
  const hashes = new Set(Array.from(ids, hashOf));
  if (hashes.size === 0) return;
  for (const { name, hash } of lettersIn(folder))
    if (hashes.has(hash)) removeIfThere(folder.files, join(inboxFolder(folder), name));
}
