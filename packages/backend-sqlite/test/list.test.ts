import { expect, test } from 'vitest';
import { newFile, opened, visitor, witness } from './stage.ts';

test.for([
  [{}, 'runs_by_time'],
  [{ workflow: 'w' }, 'runs_by_workflow'],
  [{ status: 'running' }, 'runs_by_status'],
  [{ workflow: 'w', status: 'running' }, 'runs_by_'],
] as const)('a list of %j is read from an index, without sorting', async ([filter, index]) => {
  const file = newFile();
  const { said, openDatabase } = witness();
  const subject = await opened(file, {}, openDatabase);
  await subject.make();
  for (const cursor of [undefined, JSON.stringify([2_000, 'r'])]) {
    said.length = 0;
    await subject.backend.list(filter, cursor);
    const plan = visitor(file).prepare(`EXPLAIN QUERY PLAN ${said[0]}`).all() as readonly { readonly detail: string }[];
    expect(plan.map(({ detail }) => detail).join('\n')).toContain(`USING INDEX ${index}`);
    expect(plan.map(({ detail }) => detail).join('\n')).not.toContain('TEMP B-TREE');
  }
});
