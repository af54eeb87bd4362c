// Makes the pictures of docs/pictures from screens of a real terminal. Run: npm run pictures
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { screenSvg } from './screen-svg.ts';
import { Terminal } from './terminal.ts';

const size = { columns: 96, rows: 32 };
const folder = join(import.meta.dirname, '../../../docs/pictures');
mkdirSync(folder, { recursive: true });

/** What a phase prints while it works, until the gate is opened. */
const works = (...lines: readonly string[]): string =>
  `printf '%s\\n' ${lines.map((it) => `'${it}'`).join(' ')}; : < gate`;

using terminal = new Terminal(size);
terminal.ground.plan(
  [
    { name: 'install', command: 'sleep 1.2', depends_on: [] },
    { name: 'lint', command: 'sleep 0.8', depends_on: ['install'] },
    { name: 'types', command: 'sleep 2.1', depends_on: ['install'] },
    {
      name: 'unit tests',
      command: works('ok 211 - cart', 'ok 212 - checkout with an empty cart'),
      depends_on: ['install'],
    },
    { name: 'build', command: works('transforming (418) src/pages/checkout.tsx'), depends_on: ['install'] },
    {
      name: 'images',
      command: 'sleep 1; test -e once || { : > once; echo "503 from the image host"; exit 22; }',
      retry: { max_attempts: 3, delay: '15s', jitter: 'none' },
      depends_on: ['install'],
    },
    {
      name: 'link check',
      command: 'sleep 2.4; echo "checking 96 pages"; echo "guide/install.html: #windows is no heading there"; exit 1',
      retry_count: 1,
      depends_on: ['install'],
    },
    { name: 'upload', command: 'true', depends_on: ['build', 'unit tests', 'link check'] },
  ],
  { name: 'site.json', workflow_id: 'site', concurrency: 6 },
);
terminal.orch(['execute', 'site.json', '--run-id', 'site-7']);
await terminal.shows(/build +[89] s[^]*next attempt in/);
write('watching.svg');
terminal.openGate();
await terminal.ended();
write('failed.svg');

function write(name: string): void {
  const { ground, colours } = terminal;
  const lines = ['$ orch execute site.json', ...colours.replaceAll(ground.folder, '/srv/site').split('\n')];
  writeFileSync(join(folder, name), screenSvg(lines, size));
}
