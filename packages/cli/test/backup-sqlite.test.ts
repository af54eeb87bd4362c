import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { OrchProcess } from './orch-process.ts';

/** From where the driver of SQLite is found. */
const sqlitePackage = fileURLToPath(new URL('../../backend-sqlite/package.json', import.meta.url));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('that is stopped by %s', (signal, expected) => {
  /** With something before the call of the driver that copies. */
  const backupOf = (before: string): OrchProcess =>
    ground.startWith(
      `import { createRequire } from 'node:module';
const Driver = createRequire(${JSON.stringify(sqlitePackage)})('better-sqlite3');
const { backup, pragma } = Driver.prototype;
${before}`,
      ['backup', 'monday.db', '--backend', 'sqlite'],
    );

  beforeEach(async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--backend', 'sqlite');
    expect(await ground.orch('backup', 'sunday.db', '--backend', 'sqlite')).toMatchObject({ code: 0 });
  });

  const backups = (): readonly string[] => readdirSync(ground.folder).filter((name) => /day/.test(name));

  test('while it copies says so and leaves nothing', async () => {
    const sunday = readFileSync(ground.path('sunday.db'));
    const { code, stderr } = await backupOf(`let heard;
Driver.prototype.backup = function (file, { progress }) {
  fs.writeFileSync('drafts', fs.readdirSync('.').filter((name) => name.startsWith('monday')).join(' '));
  const copy = (at) => {
    if (heard) return progress(at);
    if (heard === undefined) {
      heard = false;
      process.once('${signal}', () => (heard = true));
      process.kill(process.pid, '${signal}');
    }
    return 0;
  };
  return backup.call(this, file, { progress: copy });
};`).ended;
    expect(code, stderr).toBe(expected);
    expect(stderr).toContain(
      `Stopped by ${signal}: there is no ${ground.path('monday.db')}, and nothing is left of it.\n`,
    );
    expect(ground.read('drafts')).toMatch(/^monday\.db\.new-\S+$/);
    expect(backups()).toEqual(['sunday.db']);
    expect(readFileSync(ground.path('sunday.db')).equals(sunday)).toBe(true);
  });

  test('while it reads the file through ends at once and leaves nothing', async () => {
    const ended = await backupOf(`Driver.prototype.pragma = function (text, ...more) {
  // That no one could hear the signal in this call of SQLite is what a loop stands for.
  if (text.startsWith('quick_check') && fs.existsSync('last')) {
    process.kill(process.pid, '${signal}');
    for (;;);
  }
  if (text.startsWith('quick_check')) fs.writeFileSync('last', '');
  return pragma.call(this, text, ...more);
};`).ended;
    expect(ended).toMatchObject({ code: null, signal });
    expect(backups()).toEqual(['sunday.db']);
  });
});
