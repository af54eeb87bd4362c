import { carrying, commitOf, first } from '../../../testkit/src/conformance/subject.ts';
import { sqliteBackend } from '../../src/index.ts';

/** What became of a try to fill the disk. */
export interface Filled {
  /** Of the refusal. */
  readonly code: string;
  /** The newest version that was acknowledged. */
  readonly acknowledged: number;
  /** How many events are read. */
  readonly found: number;
  readonly damage: readonly string[];
}

// Appends until it is refused, each time that it is told to.
const [file = ''] = process.argv.slice(2);
const backend = sqliteBackend(file);
await backend.open();
let acknowledged = 0;
for await (const _line of process.stdin) {
  let code = '';
  while (code === '' && acknowledged < 10_000)
    try {
      const made = await backend.create('r', first('r'));
      if (made.status !== 'created') throw new Error(made.status);
      acknowledged ||= 2;
      const events = [carrying(acknowledged + 1, 'x'.repeat(3_000))];
      const { status } = await backend.append('r', commitOf({ run: 'r', fence: made.fence }, events));
      if (status !== 'ok') throw new Error(status);
      acknowledged++;
    } catch (error) {
      code = String((error as { code?: unknown }).code ?? error);
    }
  // Before the first run there is nothing to look at, and no room for looking.
  let found = 0;
  if (acknowledged > 0) for await (const events of backend.read('r')) found += events.length;
  const findings = acknowledged > 0 ? await backend.check!() : [];
  const damage = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  process.stdout.write(`${JSON.stringify({ code, acknowledged, found, damage } satisfies Filled)}\n`);
}
