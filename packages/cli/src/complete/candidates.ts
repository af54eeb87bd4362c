import { readdirSync } from 'node:fs';
import { extname } from 'node:path';
import type { Workflow } from '@orch/core';
import { readPlan } from '@orch/plan';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { openRun } from '../find-run.ts';
import { planForms } from '../init/plan-forms.ts';
import { isModulePath } from '../module/module-path.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { findStatePlace } from '../state-place.ts';
import type { Line } from './find-spot.ts';

/** Something that may be typed, and what is said of it. */
export interface Candidate {
  readonly text: string;
  readonly about?: string;
}

/** `files`: the shell knows better. */
export type Candidates = readonly Candidate[] | 'files';

type Source = (current: string, line: Line) => Candidates | Promise<Candidates>;

/** By how help calls a value. What is not named here can't be told. */
const sources: Readonly<Record<string, Source>> = {
  plan: plansAt,
  run: runsAndPlans,
  'plan|run': runsAndPlans,
  workflow: async (_current, line) => (await runsOf(line)).workflows,
  phase: async (_current, line) => phasesOf(line),
  phases: async (current, line) => withRest(current, await phasesOf(line)),
  checkpoint: async (_current, line) => phasesOf(line),
  backend: (_current, line) => backendsOf(line),
  'name=value': async (_current, line) => inputsOf(line),
  file: () => 'files',
  folder: () => 'files',
  path: () => 'files',
  dir: () => 'files',
};

/** What may stand for a value, told from the state folder and the files here. */
export async function candidatesFor(name: string, current: string, line: Line): Promise<Candidates> {
  return (await sources[name]?.(current, line)) ?? [];
}

const planEndings: ReadonlySet<string> = new Set([...Object.keys(planForms), '.mts']);

/** Plan files, and the folders on the way to one. */
function plansAt(current: string): Candidates {
  // What a shell expands it has to complete.
  if (current.startsWith('~')) return 'files';
  const folder = current.slice(0, current.lastIndexOf('/') + 1);
  const isHidden = current.slice(folder.length).startsWith('.');
  return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
    .filter(({ name }) => isHidden || !name.startsWith('.'))
    .flatMap((entry): Candidate[] => {
      const text = folder + entry.name;
      if (entry.isDirectory()) return [{ text: `${text}/` }];
      return planEndings.has(extname(entry.name).toLowerCase()) ? [{ text }] : [];
    });
}

async function runsAndPlans(current: string, line: Line): Promise<Candidates> {
  const { runs, workflows } = await runsOf(line);
  const plans = plansAt(current);
  return plans === 'files' ? plans : [...runs, ...workflows, ...plans];
}

interface Runs {
  readonly runs: readonly Candidate[];
  readonly workflows: readonly Candidate[];
}

/** More of them help nobody. */
const mostRuns = 200;

/** Of this machine: a server may be far away, and is not asked while somebody types. */
async function runsOf({ options }: Line): Promise<Runs> {
  const stateDir = options.get('--state-dir');
  const places = backendsToSearch({ flag: options.get('--backend') }, findStatePlace(stateDir));
  const runs: Candidate[] = [];
  const workflows = new Map<string, Candidate>();
  for (const at of places.filter(({ kind }) => kind !== 'redis')) {
    await using session = await quietSession({ stateDir, at });
    try {
      let seen = 0;
      for await (const { runId, workflow, status } of session.orchestrator.list()) {
        if (++seen > mostRuns) break;
        runs.push({ text: runId, about: `${workflow}, ${status}` });
        workflows.set(workflow, { text: workflow, about: 'workflow' });
      }
    } catch {
      // One that can't be asked hides no other.
    }
  }
  return { runs, workflows: [...workflows.values()] };
}

async function quietSession(options: Parameters<typeof openSession>[0]): Promise<Session> {
  const session = await openSession(options);
  session.listener = { event: () => {}, note: () => {} };
  return session;
}

/** Of the run or plan that was named before. */
async function phasesOf({ positional: [text = ''], options }: Line): Promise<readonly Candidate[]> {
  if (isModulePath(text) || planEndings.has(extname(text).toLowerCase()))
    return (await phasesOfPlan(text)).map((name) => ({ text: name }));
  const backend = options.get('--backend');
  const local = { stateDir: options.get('--state-dir'), ...(backend === undefined ? {} : { backend }) };
  await using found = await openRun(local, text);
  const { phases } = await found.session.orchestrator.show(found.run.runId);
  return phases.map(({ name, status }) => ({ text: name, about: status }));
}

/** A plan that is a module is not loaded: that would run it. */
async function workflowOf(path: string): Promise<Workflow | undefined> {
  if (isModulePath(path)) return undefined;
  await using session = await quietSession({});
  const { workflow, sound } = await readPlan(path, { plugins: session.plugins });
  return workflow ?? sound?.workflow;
}

async function phasesOfPlan(path: string): Promise<readonly string[]> {
  return (await workflowOf(path))?.definition.spec.phases.map(({ name }) => name) ?? [];
}

/** In a list with commas each but the first stands behind others, and none twice. */
function withRest(current: string, phases: readonly Candidate[]): readonly Candidate[] {
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const named = new Set(before.split(','));
  return phases.filter(({ text }) => !named.has(text)).map(({ text, ...rest }) => ({ text: before + text, ...rest }));
}

function backendsOf({ options }: Line): readonly Candidate[] {
  const known = backendsToSearch({}, findStatePlace(options.get('--state-dir'))).map(({ name }) => name);
  return Array.from(new Set(['json', 'sqlite', 'redis', ...known]), (text) => ({ text }));
}

async function inputsOf({ positional: [path = ''] }: Line): Promise<readonly Candidate[]> {
  const inputs = (await workflowOf(path))?.definition.spec.inputs ?? {};
  return Object.entries(inputs)
    .filter(([, { secret }]) => secret !== true)
    .map(([name, { description = '' }]) => ({ text: `${name}=`, about: description }));
}
