// Writes the JSON Schemas of plan files into packages/plan/schema and the skill, from the tables of core and the schemas of the plugins. Run:
// node --conditions=source scripts/make-plan-schema.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planSchema } from '@orch/core';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'packages', 'plan', 'schema');

/** Each file of them, with its text. */
export function makePlanSchemas(): ReadonlyMap<string, string> {
  const plugins = [commandPlugin(), retryPlugin()];
  const text = (draft: '2020-12' | '07'): string => `${JSON.stringify(planSchema({ plugins, draft }), null, 2)}\n`;
  return new Map([
    [join(folder, 'plan.schema.json'), text('2020-12')],
    [join(folder, 'plan.draft-07.schema.json'), text('07')],
    [join(root, 'skills', 'orchestrating-workflows', 'assets', 'plan.schema.json'), text('2020-12')],
  ]);
}

if (import.meta.main)
  for (const [file, text] of makePlanSchemas()) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
