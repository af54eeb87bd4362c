import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stagePerTest } from './processes/stage.ts';
import type { OddPhase, Stage } from './processes/stage.ts';
import { shapes } from './processes/shapes.ts';
import { verdictOf } from './processes/verdict.ts';

const stage = stagePerTest();

function furnish({ ground }: Stage): void {
  writeFileSync(ground.path('readable'), '#!/bin/sh\n', { mode: 0o644 });
  writeFileSync(ground.path('orphan'), '#!/no/such/interpreter\n', { mode: 0o755 });
  writeFileSync(ground.path('bare'), 'echo bare; exit 3\n', { mode: 0o755 });
  symlinkSync('circle', ground.path('circle'));
}

test('commands of every odd shape end as they should, and say what they say', async () => {
  furnish(stage());
  const { code, stderr } = await stage().execute(
    shapes.map(({ phase }) => phase),
    {},
    '--no-command-check',
  ).ended;
  expect(code, stderr).toBe(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
  const phases = await stage().phases();
  expect(Object.fromEntries(Array.from(phases, ([name, phase]) => [name, verdictOf(phase)]))).toEqual(
    Object.fromEntries(shapes.map(({ phase, verdict }) => [phase.name, verdict])),
  );
  for (const { phase, prints, says } of shapes) {
    const found = phases.get(phase.name);
    const printed = stage().log(found)?.toString('latin1');
    if (typeof prints === 'string') expect(printed, phase.name).toBe(Buffer.from(prints).toString('latin1'));
    else if (prints !== undefined) expect(printed, phase.name).toMatch(prints);
    const { message = '', hint = '' } = found?.attempts[0]?.error ?? {};
    if (says !== undefined) expect(`${message} ${hint}`, phase.name).toMatch(says);
  }
});

test('what can never run is refused before anything runs, with the words of the shell or the system', async () => {
  furnish(stage());
  const refused: Record<string, OddPhase> = {
    ORCH_PLAN_COMMAND_SYNTAX: { name: 'quotes', command: "touch ran; echo 'b" },
    ORCH_PLAN_COMMAND_NOT_FOUND: { name: 'program', command: ['no-such-program-at-all'] },
    ORCH_PLAN_CWD: { name: 'folder', command: 'touch ran', cwd: 'circle' },
  };
  const { code, stderr } = await stage().execute([{ name: 'good', command: 'touch ran' }, ...Object.values(refused)])
    .ended;
  expect(code, stderr).toBe(2);
  for (const finding of Object.keys(refused)) expect(stderr).toContain(finding);
  expect(stderr).toMatch(/sh refuses the command: .*quoted string/);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(existsSync(stage().ground.path('ran'))).toBe(false);
});
