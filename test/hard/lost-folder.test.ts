// The state folder can't be written to, goes away, or is another one, while a run is driven.
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Playground, until, waitForGo } from '../../packages/cli/test/orch-process.ts';
import type { Ended, OrchProcess } from '../../packages/cli/test/orch-process.ts';
import { SmallDisk } from './faults/small-disk.ts';
import { available } from './need.ts';

/** A run whose first phase is at work, and goes on when `go` is there. */
async function begun(playground: Playground): Promise<OrchProcess> {
  playground.plan([
    { name: 'a', command: waitForGo },
    { name: 'b', command: 'echo b >> effects', depends_on: ['a'] },
  ]);
  const orch = playground.start(['execute', 'plan.json', '--run-id', 'r', '--output', 'ndjson']);
  await until(
    () => playground.lines('starts').length === 1,
    () => 'the first phase',
  );
  return orch;
}

function expectGone({ code, stdout, stderr }: Ended): void {
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: expect.stringMatching(/journal-1 is not the file .* it was removed, moved or replaced\.\n {2}Put the/),
  });
  expect(stdout).not.toContain('phase.completed');
}

describe('a state folder that goes away while a command runs', () => {
  it('and stays away ends the run, without making it anew', async () => {
    using playground = new Playground();
    const orch = await begun(playground);
    rmSync(playground.path('.orch'), { recursive: true });
    writeFileSync(playground.path('go'), '');
    expectGone(await orch.ended);
    expect(existsSync(playground.path('.orch'))).toBe(false);
    expect(playground.lines('effects')).toEqual([]);
    expect(await playground.orch('recover', 'r')).toMatchObject({ code: 3 });
  });

  it('and is put back later: the command that ended meanwhile is not run again', async () => {
    using playground = new Playground();
    const orch = await begun(playground);
    renameSync(playground.path('.orch'), playground.path('away'));
    writeFileSync(playground.path('go'), '');
    expectGone(await orch.ended);
    renameSync(playground.path('away'), playground.path('.orch'));
    expect(await playground.orch('recover', 'r')).toMatchObject({ code: 0 });
    expect([playground.lines('starts').length, playground.lines('ends'), playground.lines('effects')]).toEqual([
      1,
      ['done'],
      ['b'],
    ]);
  });

  it('and is replaced by a copy: nothing is written into that one, and it can be recovered', async () => {
    using playground = new Playground();
    const orch = await begun(playground);
    cpSync(playground.path('.orch'), playground.path('copy'), { recursive: true });
    const journal = playground.read('copy/runs/r/journal-1');
    renameSync(playground.path('.orch'), playground.path('away'));
    renameSync(playground.path('copy'), playground.path('.orch'));
    writeFileSync(playground.path('go'), '');
    expectGone(await orch.ended);
    expect(playground.read('.orch/runs/r/journal-1')).toContain(journal);
    expect(playground.read('.orch/runs/r/journal-1')).not.toContain('phase.completed');
    expect(await playground.orch('recover', 'r')).toMatchObject({ code: 0 });
    expect(playground.lines('effects')).toEqual(['b']);
  });
});

describe.runIf(available('tmpfs'))('a read-only state folder', () => {
  it('is refused by what writes, read by what reads, and goes on where it stood when it can be written to', async () => {
    using disk = await SmallDisk.mounted(1024);
    using playground = new Playground();
    playground.plan([{ name: 'a', command: 'echo a >> effects; test -e go', retry_count: 1 }]);
    const run = (...args: readonly string[]): Promise<Ended> =>
      playground.start([...args, '--state-dir', `${disk.folder}/.orch`], { through: disk.through(playground.folder) })
        .ended;
    const refused = { code: 5, stderr: expect.stringMatching(/EROFS.*\n.*Make it writable, then recover the run/) };
    disk.setReadOnly(true);
    expect(await run('execute', 'plan.json', '--run-id', 'r')).toMatchObject(refused);
    expect(playground.lines('effects')).toEqual([]);
    disk.setReadOnly(false);
    expect(await run('execute', 'plan.json', '--run-id', 'r')).toMatchObject({ code: 1 });
    writeFileSync(playground.path('go'), '');
    disk.setReadOnly(true);
    expect(await run('recover', 'r')).toMatchObject(refused);
    expect(await run('show', 'r')).toMatchObject({ code: 0, stdout: expect.stringContaining('failed') });
    expect(await run('list')).toMatchObject({ code: 0, stdout: expect.stringContaining('demo') });
    disk.setReadOnly(false);
    expect(await run('recover', 'r')).toMatchObject({ code: 0 });
    expect(playground.lines('effects')).toEqual(['a', 'a']);
  });
});
