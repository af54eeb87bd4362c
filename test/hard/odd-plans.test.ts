import { afterAll, describe, expect, test } from 'vitest';
import { readPlan } from '@orch/plan';
import { defaultPreset } from '@orch/cli/preset';
import type { OrchProcess } from '../../packages/cli/test/orch-process.ts';
import { bytes } from './odd-plans/bytes.ts';
import { graphs } from './odd-plans/graphs.ts';
import { Home, OddGround } from './odd-plans/ground.ts';
import type { Answer } from './odd-plans/ground.ts';
import { json } from './odd-plans/json.ts';
import { jsonc } from './odd-plans/jsonc.ts';
import { keys } from './odd-plans/keys.ts';
import { checkManners } from './odd-plans/manners.ts';
import { names } from './odd-plans/names.ts';
import { rules } from './odd-plans/rules.ts';
import type { Accepted, OddPlan, Refused } from './odd-plans/row.ts';
import { values } from './odd-plans/values.ts';
import { yaml } from './odd-plans/yaml.ts';
import { yardstickMs } from './odd-plans/yardstick.ts';

// Each odd plan goes through the real command line twice, `validate` and `execute`, and through `readPlan`. One clear answer,
// the same from all three; what is refused leaves nothing behind, what is accepted runs and stays in the state folder.

const kinds = { bytes, json, jsonc, yaml, values, keys, names, rules, graphs };
const rows = Object.entries(kinds).flatMap(([kind, list]) =>
  list.map((row) => ({ ...row, title: `${kind}: ${row.title}` })),
);
const home = new Home();
const { plugins = [] } = defaultPreset({ stateDirectory: '.orch' });

/** What was really done, for the last test. */
const done = { validated: 0, refused: 0, executed: 0, begun: 0, phases: 0 };
const times: (Pick<Answer, 'ms' | 'cpuMs'> & { readonly title: string; readonly large: boolean })[] = [];

/**
 * Work for one answer, in CPU of the yardstick: seconds of a clock would measure who else uses the machine, and those of its
 * processors how fast it is.
 */
const mostYardsticks = ({ manyPhases, large }: OddPlan): number => (manyPhases === true ? 20 : large === true ? 12 : 6);
let yardstick = yardstickMs();

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string;
  readonly url?: string;
  readonly line: number;
  readonly column: number;
}

describe.concurrent('odd plans', () => {
  test.for(rows.filter(({ large }) => large !== true))('$title', (row) => checkRow(row));
});

describe('large odd plans, one at a time', () => {
  test.for(rows.filter(({ large }) => large === true))('$title', { timeout: 240_000 }, (row) => checkRow(row));
});

test('the tables are as large as they should be, and all of them were carried out', () => {
  expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(290);
  for (const list of Object.values(kinds)) expect(list.length).toBeGreaterThanOrEqual(10);
  expect(done.validated).toBe(rows.length);
  expect(done.refused).toBe(rows.filter(({ expected }) => expected.answer === 'refused').length);
  expect(done.refused).toBeGreaterThanOrEqual(210);
  expect(done.executed).toBeGreaterThanOrEqual(40);
  expect(done.begun).toBe(3);
  expect(done.refused + done.executed + done.begun).toBe(rows.length);
  expect(home.hasCompiled()).toBe(true);
  expect(done.phases).toBeGreaterThan(done.executed);
});

afterAll(() => {
  home[Symbol.dispose]();
  for (const large of [false, true]) {
    const some = times.filter((it) => it.large === large).toSorted((a, b) => b.cpuMs - a.cpuMs);
    for (const { title, cpuMs, ms } of some.slice(0, large ? 8 : 2))
      console.info(
        `${(cpuMs / yardstick).toFixed(1)} yardsticks: ${(cpuMs / 1_000).toFixed(2)} s of CPU in ${(ms / 1_000).toFixed(1)} s: ${title}`,
      );
  }
});

async function checkRow(row: OddPlan): Promise<void> {
  using ground = new OddGround(row, home);
  await checkInProcess(row, ground);
  const validated = await ground.orch('validate', ground.path, '--json');
  remember(row, validated);
  checkAnswer(validated);
  const answer = JSON.parse(validated.stdout) as { valid: boolean; findings: Found[]; checks: Record<string, boolean> };
  expect(Object.keys(answer)).toEqual(['valid', 'findings', 'checks']);
  expect(ground.made()).toEqual([]);
  done.validated++;
  if (row.expected.answer === 'accepted') await checkAccepted(row, row.expected, ground, validated, answer);
  else await checkRefused(row, row.expected, ground, validated, answer.findings);
  expect(home.made()).toEqual([]);
  expect(ground.escaped()).toEqual([]);
}

async function checkAccepted(
  row: OddPlan,
  { ran, notes }: Accepted,
  ground: OddGround,
  validated: Answer,
  { valid, findings, checks }: { valid: boolean; findings: readonly Found[]; checks: Record<string, boolean> },
): Promise<void> {
  expect(findings.map(brief)).toEqual(notes);
  expect(valid).toBe(true);
  expect(validated.code).toBe(0);
  expect(Object.values(checks)).not.toContain(false);
  if (ran === undefined) return checkBegun(row, ground);
  for (const name of ran) expect(checks).toMatchObject({ [`${name}_deps`]: true, [`${name}_cmd`]: true });
  const executed = await ground.orch('execute', ground.path, '--json');
  remember(row, executed);
  checkAnswer(executed);
  const { status, phases } = JSON.parse(executed.stdout) as {
    status: string;
    phases: { name: string; status: string }[];
  };
  expect(executed.code).toBe(0);
  expect(status).toBe('completed');
  expect(phases.map((it) => it.status)).toEqual(ran.map(() => 'completed'));
  expect(phases.map((it) => it.name).toSorted()).toEqual(ran.toSorted());
  expect(ground.ran()).toEqual(ran);
  expect(ground.made().filter((it) => it !== '.orch' && !it.startsWith('.orch/'))).toEqual(['ran']);
  done.executed++;
  done.phases += ran.length;
}

/** `execute` takes it too, as far as its first phase; then it is told to stop. */
async function checkBegun(row: OddPlan, ground: OddGround): Promise<void> {
  const stopped = await ground.orchUntil(['execute', ground.path, '--output', 'ndjson'], async (orch) => {
    await Promise.race([printed(orch, startedEvent), orch.ended]);
    orch.kill('SIGINT');
  });
  remember(row, stopped);
  checkAnswer(stopped);
  expect(stopped.stdout).toContain(startedEvent);
  expect(stopped.code).toBe(130);
  expect(ground.made().filter((it) => it !== 'ran' && it !== '.orch' && !it.startsWith('.orch/'))).toEqual([]);
  done.begun++;
}

const startedEvent = '"type":"phase.started"';

/** Looks at what comes, not at all that came: that is megabytes, and orch would run on meanwhile. */
function printed({ child }: OrchProcess, text: string): Promise<void> {
  let last = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (piece: string) => {
      if ((last + piece).includes(text)) resolve();
      last = piece.slice(-text.length);
    });
  });
}

async function checkRefused(
  row: OddPlan,
  expected: Refused,
  ground: OddGround,
  validated: Answer,
  findings: readonly Found[],
): Promise<void> {
  checkFindings(expected, findings);
  expect(validated.code).toBe(expected.exitCode);
  const executed = await ground.orch('execute', ground.path, '--json');
  remember(row, executed);
  checkAnswer(executed);
  expect(executed.code).toBe(expected.exitCode);
  const { error } = JSON.parse(executed.stdout) as { error: { code: string; message: string; findings?: Found[] } };
  if (expected.exitCode === 2) {
    expect(error.code).toBe('ORCH_PLAN_INVALID');
    expect(error.findings).toEqual(findings.filter(({ severity }) => severity === 'error'));
  } else expect([error.code, error.message]).toEqual([findings[0]?.code, findings[0]?.message]);
  expect(executed.stderr.trimEnd().endsWith(`[${error.code}]`)).toBe(true);
  // Neither a marker of a command nor a state folder.
  expect(ground.made()).toEqual([]);
  done.refused++;
}

/** The reader of plans alone, without looking for commands: each finding is explained. */
async function checkInProcess({ expected, large, place }: OddPlan, ground: OddGround): Promise<void> {
  if (large === true || place === 'unreadable') return;
  const { workflow, findings } = await ground.fed(() => readPlan(ground.absolutePath(), { plugins }));
  for (const finding of findings) {
    const { code, message, hint, url } = finding;
    expect(message).toMatch(/^[^\p{Cc}\p{Bidi_Control}]{10,1200}$/u);
    expect(hint, `${code} ${message}`).toMatch(/^[^\p{Cc}]{5,1200}$/u);
    expect(url).toBe(`docs/errors.md#${code.toLowerCase()}`);
  }
  if (expected.answer === 'accepted') {
    expect(workflow).toBeDefined();
    return;
  }
  const ofMachine = /^(COMMAND_|CWD|NOT_SUPPORTED \d+:\d+$|ORCH_BACKEND)/;
  const wanted = expected.findings.filter((it) => !ofMachine.test(it));
  expect(findings.map(brief).filter((it) => !ofMachine.test(it))).toEqual(wanted);
  if (wanted.length > 0) expect(workflow).toBeUndefined();
}

function checkFindings({ findings: wanted, count = wanted.length }: Refused, findings: readonly Found[]): void {
  expect(findings.slice(0, wanted.length).map(brief)).toEqual(wanted);
  expect(findings).toHaveLength(count);
}

/** What hangs is ended. */
function checkAnswer(answer: Answer): void {
  expect(answer.hung).toBe(false);
  checkManners(answer);
}

function brief({ code, line, column }: Found): string {
  return `${code.replace('ORCH_PLAN_', '')} ${line}:${column}`;
}

function remember(row: OddPlan, { ms, cpuMs }: Answer): void {
  times.push({ title: row.title, ms, cpuMs, large: row.large === true });
  const most = mostYardsticks(row);
  // The machine may have become slower since.
  if (cpuMs >= most * yardstick) yardstick = Math.max(yardstick, yardstickMs());
  expect(cpuMs).toBeLessThan(most * yardstick);
}
