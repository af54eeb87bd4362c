import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendUnderTest } from '@orch/testkit';
import { textsBeside } from '../../../test/texts-beside.ts';
import { jsonBackend } from '../src/index.ts';
import { rewriteHeader } from './rewrite-header.ts';

/** A backend in a folder of its own, for the suite. */
export function jsonUnderTest(): BackendUnderTest {
  const place = mkdtempSync(join(tmpdir(), 'backend-json-'));
  const folder = join(place, 'state');
  const journal = (run: string): string => join(folder, 'runs', run, 'journal-1');
  // Leases live by the times of files.
  const age = (ms: number): void => {
    for (const file of globSync(join(folder, 'runs/*/journal-*'))) {
      const touched = (statSync(file).mtimeMs - ms) / 1000;
      utimesSync(file, touched, touched);
    }
  };
  mkdirSync(join(place, 'state2/runs/r'), { recursive: true });
  writeFileSync(join(place, 'state2/runs/r/journal-1'), 'of a neighbour');
  return {
    backend: jsonBackend(folder),
    reopen: async () => jsonBackend(folder),
    advance: age,
    setBack: (ms) => age(-ms),
    damage(run) {
      const bytes = readFileSync(journal(run));
      bytes[bytes.lastIndexOf('\n') >> 1]! ^= 1;
      writeFileSync(journal(run), bytes);
    },
    makeNewer: (run) => rewriteHeader(journal(run), '2'),
    outside: () => textsBeside(place, 'state'),
    processes: { module: new URL('../src/index.ts', import.meta.url), name: 'jsonBackend', argument: folder },
    cleanup: () => rmSync(place, { recursive: true }),
  };
}
