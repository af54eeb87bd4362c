// Workloads that `workload.py` makes and checks.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrialWorkload } from './trial-workload.ts';
import { parseStepLog } from './step-log.ts';

/** What of the answer of `workload.py check --json` is read here. */
export interface Check {
  readonly phases: number;
  readonly right: boolean;
  readonly clean: boolean;
  readonly starts: number;
  readonly starts_if_nothing_is_wasted: number;
  readonly seconds: number | null;
  readonly [field: string]: unknown;
}

interface Manifest {
  readonly phases: { readonly [id: string]: { readonly name: string } };
}

export interface PythonWorkload extends TrialWorkload, Disposable {
  readonly label: string;
}

export interface PythonWorkloadOptions {
  /** The folder with `workload.py`. */
  readonly folder: string;
  /** The name of a graph. */
  readonly graph: string;
  /** Options of `workload.py gen`. */
  readonly options?: readonly string[];
}

/** A workload in a folder of its own, made anew for each run. */
export function pythonWorkload({ folder, graph, options = [] }: PythonWorkloadOptions): PythonWorkload {
  const place = mkdtempSync(join(tmpdir(), 'orch-workload-'));
  const program = join(folder, 'workload.py');
  let made = 0;
  return {
    name: graph,
    label: [graph, ...options].join(' '),
    prepare: () => {
      const target = join(place, String(++made));
      const { status, stderr } = python([program, 'gen', graph, target, ...options]);
      if (status !== 0) throw new Error(`workload.py gen ${graph}: ${stderr}`);
      return target;
    },
    readSteps: (run) => {
      const { phases } = JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')) as Manifest;
      return parseStepLog(readFileSync(join(run, 'log'), 'utf8'), { phaseOf: (id) => phases[id]?.name, keys: false });
    },
    check: (run) => {
      const answer = checkFolder(folder, run);
      return { right: answer.right, clean: answer.clean, faults: describeFaults(answer) };
    },
    [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** What `workload.py check` says of a folder. */
export function checkFolder(folder: string, made: string): Check {
  const { stdout, stderr } = python([join(folder, 'workload.py'), 'check', made, '--json']);
  if (stdout === '') throw new Error(`workload.py check: ${stderr}`);
  return JSON.parse(stdout) as Check;
}

/** The lists of a check that should be empty, and what stands in them. */
const damages = [
  'missing',
  'wrong',
  'extra',
  'never_started',
  'unplanned_failures',
  'done_twice',
  'ran_while_running',
  'started_early',
  'dependency_violations',
  'damaged_arguments',
  'bad_log_lines',
  'leftover_processes',
] as const;

/** Twice done is allowed where commands were killed, so only what is wrong in any case counts as a fault. */
export function describeFaults(check: Check): string[] {
  if (check.right) return [];
  return damages.flatMap((field) => {
    const found = check[field];
    return Array.isArray(found) && found.length > 0 ? [`${field}: ${found.slice(0, 5).join(', ')}`] : [];
  });
}

/** Why a check is not clean. */
export function describeWaste(check: Check): string[] {
  if (check.clean) return [];
  const starts = `${check.starts} starts, ${check.starts_if_nothing_is_wasted} if nothing is wasted`;
  return [...describeFaults(check), starts, `killed attempts: ${String(check['killed_attempts'])}`];
}

function python(args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr, error } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 1024 ** 3 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
