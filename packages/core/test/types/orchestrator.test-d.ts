// Checked by tsc, never run.
import { memoryBackend, Orchestrator, workflow } from '../../src/index.ts';
import type { RunResult, UnreadableRun } from '../../src/index.ts';
import type { Schema } from '../../src/schema.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<T extends true>(proof?: T): void;
declare function schema<In, Out = In>(): Schema<In, Out>;

type Given = { version: string; e2e?: boolean; token: string };
type Inputs = { version: string; e2e: boolean; token: string };

const release = workflow('release', { inputs: schema<Given, Inputs>(), secrets: ['token'] })
  .phase('build', { run: () => undefined })
  .phase('notes', { dependsOn: ['build'], run: () => 'a, b' });
const orch = new Orchestrator({ backend: memoryBackend() });

export async function uses(): Promise<void> {
  // @ts-expect-error inputs are required
  orch.execute(release);
  // @ts-expect-error one of them is missing
  orch.execute(release, { inputs: { version: '1' } });
  // @ts-expect-error one of them is misspelt
  orch.execute(release, { inputs: { version: '1', token: 't', e2f: true } });
  const handle = orch.execute(release, { runId: 'r', inputs: { version: '1', token: 't' } });
  is<Equal<Awaited<ReturnType<typeof handle.outputs>>['notes'], string>>();

  const result = await handle.result();
  is<typeof result extends RunResult ? true : false>();
  // @ts-expect-error whether it completed was not asked
  void result.outputs.notes.length;
  if (result.status === 'completed') is<Equal<typeof result.outputs.notes, string>>();
  else is<Equal<typeof result.outputs.notes, string | undefined>>();

  orch.recover('r', { workflow: release, from: 'notes', secrets: { token: 't' } });
  // @ts-expect-error no such phase
  orch.recover('r', { workflow: release, from: 'note' });
  // @ts-expect-error no such input
  orch.recover('r', { workflow: release, secrets: { tokn: 't' } });
  // @ts-expect-error a secret of another type
  orch.recover('r', { workflow: release, secrets: { token: 5 } });
  // Without a workflow nothing is known of its inputs.
  orch.recover('r', { secrets: { token: 't' } });
  for await (const { runId } of orch.list({
    workflow: 'release',
    status: 'interrupted',
    onUnreadable: (unreadable) => {
      is<Equal<typeof unreadable, UnreadableRun>>();
      is<Equal<typeof unreadable.runId, string>>();
      is<Equal<typeof unreadable.error, Error>>();
    },
  }))
    is<Equal<typeof runId, string>>();
  // @ts-expect-error no such status
  orch.list({ status: 'stopped' });
  // A workflow without inputs needs none.
  orch.execute(workflow('plain').phase('a', { run: () => 1 }));
}
