import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ModuleGround } from '../module-ground.ts';
import { checkManners } from './odd-plans/manners.ts';
import { modules } from './odd-plans/modules.ts';
import type { OddModule } from './odd-plans/modules.ts';

// Each odd module goes through the command line as it is published, `validate` and `execute`: one clear answer, the same from
// both, with the place named, and nothing left behind. The bundle and the module have a copy of core each.

interface Found {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly url: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

test.concurrent.for(modules)('$title', { timeout: 60_000 }, async (row) => {
  using ground = new ModuleGround();
  const { place, files } = lay(ground, row);
  const { named = 'plan.mts', exitCode = 2 } = row;
  const validated = await ground.orch('validate', named, '--json');
  checkManners(validated);
  expect(validated.code).toBe(exitCode);
  const { valid, findings } = JSON.parse(validated.stdout) as { valid: boolean; findings: Found[] };
  expect(valid).toBe(false);
  expect(findings).toHaveLength(1);
  const [finding] = findings;
  expect(finding).toMatchObject({ code: row.code, severity: 'error', url: `docs/errors.md#${row.code.toLowerCase()}` });
  expect(finding?.message).toMatch(row.says);
  expect(finding?.hint).toMatch(row.hint);
  expect([finding?.file.replace(`${ground.folder}/`, ''), finding?.line, finding?.column]).toEqual(place);
  const executed = await ground.orch('execute', named, '--json');
  checkManners(executed);
  expect(executed.code).toBe(exitCode);
  const { error } = JSON.parse(executed.stdout) as { error: { code: string; message: string; findings?: Found[] } };
  if (exitCode === 2) expect(error).toMatchObject({ code: 'ORCH_PLAN_INVALID', findings });
  else expect(error).toMatchObject({ code: finding?.code, message: finding?.message });
  expect(executed.stderr.trimEnd().endsWith(`[${error.code}]`)).toBe(true);
  expect(readdirSync(ground.folder).toSorted()).toEqual(files);
});

test('the table is as large as it should be', () => {
  expect(modules.length).toBeGreaterThanOrEqual(25);
  expect(new Set(modules.map(({ title }) => title)).size).toBe(modules.length);
});

interface Laid {
  readonly place: readonly [file: string, line: number, column: number];
  readonly files: readonly string[];
}

/** Writes its files, with the packages beside them. */
function lay(ground: ModuleGround, { files, named = 'plan.mts' }: OddModule): Laid {
  let place: Laid['place'] = [named, 1, 1];
  for (const [name, marked] of Object.entries(files)) {
    const [before = '', ...after] = marked.split('⟦');
    ground.write(name, before + after.join(''));
    const lines = before.split('\n');
    if (after.length > 0) place = [name, lines.length, (lines.at(-1) ?? '').length + 1];
  }
  return { place, files: readdirSync(ground.folder).toSorted() };
}
