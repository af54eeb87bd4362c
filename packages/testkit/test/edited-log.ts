import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Backend } from '@orch/core/author';
import { expect } from 'vitest';
import { manualClock } from '../src/index.ts';
import type { BackendUnderTest } from '../src/index.ts';
import { textsBeside } from '../../../test/texts-beside.ts';

/** A mistake of storage: the backend of the guide, edited. */
export interface LogMutant {
  readonly mistake: string;
  /** The cases that are there to catch it. */
  readonly by: readonly string[];
  /** What to replace, each found once, by what. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

export interface EditedLogs {
  /** Writes and loads the edited backend; answers with how to make one for a case. */
  edit(name: string, edits: LogMutant['edits']): Promise<() => BackendUnderTest>;
  remove(): void;
}

const root = join(import.meta.dirname, '../../..');
const sound = readFileSync(join(root, 'examples/write-a-backend/log-backend.ts'), 'utf8');

export function editedLogs(): EditedLogs {
  // Inside the repository, so that it finds the packages.
  mkdirSync(join(root, '.scratch'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.scratch', 'edited-log-'));
  return {
    async edit(name, edits) {
      let text = sound;
      for (const [from, to] of edits) {
        expect(text.split(from)).toHaveLength(2);
        text = text.replace(from, () => to);
      }
      const file = join(scratch, `${name}.ts`);
      writeFileSync(file, text);
      const module = pathToFileURL(file);
      const { logBackend } = (await import(module.href)) as { logBackend: MakeLog };
      return () => logUnderTest(module, logBackend);
    },
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

type MakeLog = (folder: string, now: () => number) => Backend;

function logUnderTest(module: URL, logBackend: MakeLog): BackendUnderTest {
  const place = mkdtempSync(join(tmpdir(), 'edited-log-'));
  const folder = join(place, 'log');
  const clock = manualClock();
  const make = (): Backend => logBackend(folder, () => clock.now());
  return {
    backend: make(),
    reopen: async () => make(),
    advance: (ms) => clock.advance(ms),
    setBack: (ms) => clock.jump(-ms),
    damage: (run) => replaceIn(join(folder, `${run}@1`), 'event', 'evenT'),
    makeNewer: (run) => replaceIn(join(folder, `${run}@2`), /^1 /, '2 '),
    outside: () => textsBeside(place, 'log'),
    processes: { module, name: 'logBackend', argument: folder },
    cleanup: () => rmSync(place, { recursive: true }),
  };
}

function replaceIn(file: string, found: string | RegExp, by: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(found, by));
}
