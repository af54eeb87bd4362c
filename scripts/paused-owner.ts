// Drives a run of short functions until it is done or lost, and prints what it committed. Started by scripts/pause.ts.
// Arguments: FOLDER PHASES BACKEND MACHINE; without MACHINE it is a process of this one.
import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isOrchError } from '@orch/core';
import { systemClock } from '@orch/core/author';
import type { Clock } from '@orch/core/author';
import { processHost } from '@orch/core/node';
import { parseBackend } from '../packages/cli/src/backend/backend-place.ts';
import { makeBackend } from '../packages/cli/src/backend/open-backend.ts';
import { driverOf, shortPhases } from './trial/paused-workflow.ts';

const [folder = '', phases = '', backendName = '', machine] = process.argv.slice(2);
/** A file of this name says that the machine slept for longer than a lease lives. */
const slept = join(folder, 'slept');
const sleptMs = (): number => (existsSync(slept) ? 31_000 : 0);
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + sleptMs(),
  monotonic: () => systemClock.monotonic() + sleptMs(),
};
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const here = processHost();
const host = machine === undefined ? here : { ...here, owner: { ...here.owner, machine, host: machine } };
const place = parseBackend(backendName, { from: 'the arguments', directory: join(folder, '.orch') });
const backend = await makeBackend(place, () => undefined);
const orch = driverOf({ backend, hear: say, host, clock });
try {
  const run = orch.execute(shortPhases(Number(phases), join(folder, 'effects')), { runId: 'trial', directory: folder });
  const { status } = await run.result();
  say({ end: status });
} catch (error) {
  say({ end: isOrchError(error) ? error.code : String(error) });
}
await orch.close();
