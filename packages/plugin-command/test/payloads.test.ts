import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '@orch/core/author';
import { trial } from './harness.ts';
import type { Trial, TrialOptions } from './harness.ts';

const commands = ['touch injected', 'sh -c "echo x >injected"'];

/** Ways out of the place of a value, for shells and for what reads the environment. */
const ways: readonly ((command: string) => string)[] = [
  (it) => `;${it}`,
  (it) => `&& ${it}`,
  (it) => `| ${it}`,
  (it) => `|| ${it}`,
  (it) => `& ${it} &`,
  (it) => `$(${it})`,
  (it) => `\`${it}\``,
  (it) => `"; ${it}; "`,
  (it) => `'; ${it}; '`,
  (it) => `"$(${it})"`,
  (it) => `'$(${it})'`,
  (it) => `\n${it}\n`,
  (it) => `\r\n${it}`,
  (it) => `\${x:-$(${it})}`,
  (it) => `$((a[$(${it})]))`,
  (it) => `<(${it})`,
  (it) => `>(${it})`,
  (it) => `> injected; ${it}`,
  (it) => `{${it},}`,
  (it) => `-c ${it}`,
  (it) => `--; ${it}`,
  (it) => `\\"; ${it} #`,
  (it) => `() { :; }; ${it}`,
  (it) => `#\n${it}`,
  (it) => `*; ${it}`,
  (it) => `~; ${it}`,
  (it) => `%s%n; ${it}`,
  (it) => `!!; ${it}`,
  (it) => `$'\\n'${it}`,
  (it) => `\${{ inputs.x }} ${it}`,
];
const payloads = ways.flatMap((way) => commands.map(way));

/** Neither the run's folder nor anything below has what the payloads would make. */
function expectNothingInjected({ directory }: Trial): void {
  const names = readdirSync(directory, { recursive: true }).map((it) => String(it));
  expect(names.filter((name) => /(^|\/)injected$/.test(name))).toEqual([]);
}

async function ran(command: Json, given: TrialOptions): Promise<Trial> {
  const it = await trial(command, given);
  expect(await it.execute()).toMatchObject({ status: 'completed' });
  expectNothingInjected(it);
  return it;
}

test('there are sixty', () => {
  expect(new Set(payloads).size).toBe(60);
});

describe.each(payloads)('%j', (payload) => {
  test('as a word, a variable, an input, an output and the words of a failure: it arrives as it is', async () => {
    const script = 'printf "%s\\0" "$1" "$VALUE" "$ORCH_INPUT_VALUE" "$ORCH_PHASE" "$ORCH_FAILED_MESSAGE"';
    const it = await ran(['sh', '-c', `${script}; cat "$ORCH_INPUTS" "$ORCH_OUTPUTS"`, 'sh', payload], {
      options: { env: { VALUE: payload } },
      context: { inputs: { value: payload }, outputs: { [payload]: payload } },
      attempt: {
        phase: payload,
        part: 'repair',
        failed: { number: 1, key: payload, class: 'exit', message: payload },
      },
    });
    const files = `${JSON.stringify({ value: payload })}\n${JSON.stringify({ [payload]: payload })}\n`;
    expect(it.log()).toBe([payload, payload, payload, payload, payload, files].join('\0'));
  });

  test('as a working folder, of a program and of a text', async () => {
    const cwd = payload.replaceAll('/', ':');
    for (const command of ['pwd -P', ['pwd', '-P'], 'true && pwd -P']) {
      const it = await trial(command, { options: { cwd } });
      mkdirSync(join(it.directory, cwd));
      expect(await it.execute()).toMatchObject({ status: 'completed' });
      expect(it.log()).toBe(`${join(it.directory, cwd)}\n`);
      expectNothingInjected(it);
    }
  });

  test('as a program: there is none of that name', async () => {
    const it = await trial([payload, payload]);
    expect(await it.execute()).toMatchObject({ status: 'failed', error: { code: 'ORCH_PHASE_START' } });
    expectNothingInjected(it);
  });

  test('as an output: it is data', async () => {
    const it = await ran(['sh', '-c', 'printf %s "$1" >"$ORCH_OUTPUT"', 'sh', JSON.stringify(payload)], {
      attempt: { output: 'file' },
    });
    expect(JSON.parse(readFileSync(it.files.output, 'utf8'))).toBe(payload);
  });
});
