import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trial } from './harness.ts';
import type { Trial } from './harness.ts';
import { injectingCommands, ways } from './injections.ts';

const payloads = ways.flatMap((way) => injectingCommands.map(way));

/** Neither the run's folder nor anything below has what the payloads would make. */
function expectNothingInjected({ directory }: Trial): void {
  const names = readdirSync(directory, { recursive: true }).map((it) => String(it));
  expect(names.filter((name) => /(^|\/)injected$/.test(name))).toEqual([]);
}

test('there are eighty', () => {
  expect(new Set(payloads).size).toBe(80);
});

const script = [
  'printf "%s\\0" "$1" "$VALUE" "$ORCH_INPUT_VALUE" "$ORCH_PHASE" "$ORCH_FAILED_MESSAGE" "$(pwd -P; echo .)"',
  'cat "$ORCH_INPUTS" "$ORCH_OUTPUTS" "$ORCH_FAILED_OUTPUT"',
  'cp "$ORCH_FAILED_OUTPUT" "$ORCH_OUTPUT"',
].join('\n');

test.each(payloads)('%j is data wherever it stands', async (payload) => {
  const cwd = payload.replaceAll('/', ':');
  const it = await trial(['sh', '-c', script, 'sh', payload], {
    options: { env: { VALUE: payload }, cwd },
    context: { inputs: { value: payload }, outputs: { [payload]: payload } },
    attempt: {
      phase: payload,
      part: 'repair',
      failed: { number: 1, key: payload, class: 'exit', message: payload, output: payload },
      output: 'file',
    },
  });
  mkdirSync(join(it.directory, cwd));
  expect(await it.execute()).toEqual({ status: 'completed', exitCode: 0, output: payload });
  const files = [{ value: payload }, { [payload]: payload }, payload].map((json) => `${JSON.stringify(json)}\n`);
  const folder = join(it.directory, cwd);
  expect(it.log()).toBe([payload, payload, payload, payload, payload, `${folder}\n.`, files.join('')].join('\0'));
  expectNothingInjected(it);
  // Nor is there a program of that name.
  const other = await trial([payload, payload]);
  expect(await other.execute()).toMatchObject({ status: 'failed', error: { code: 'ORCH_PHASE_START' } });
  expectNothingInjected(other);
});
