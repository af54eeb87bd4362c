// Real graphs that nobody here wrote: each plan is validated, each graph executed and checked, and three of them survive
// kill -9 at random instants. DIR holds workload.py, graphs/ and plans/.
// Run: npm run workloads -- DIR [--backend json|sqlite|redis|all] [--kills N] [--seed N] [--only execute|kill]
// `all`: everything on JSON files, and two graphs on each other backend.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backendKinds, parseBackendKind } from './trial/backend-kind.ts';
import type { BackendKind } from './trial/backend-kind.ts';
import { killModes } from './trial/judge.ts';
import type { KillMode } from './trial/judge.ts';
import { readEvents, runId } from './trial/judge-run.ts';
import { killAgainAndAgain } from './trial/kill-runs.ts';
import type { KillResult } from './trial/kill-runs.ts';
import { inLanes } from './trial/lanes.ts';
import { measureStartup } from './trial/measure-startup.ts';
import { runOrch, builtOrch } from './trial/orch-process.ts';
import { checkFolder, describeWaste, pythonWorkload } from './trial/python-workload.ts';
import { chooseSeed, seededRandom } from './trial/random.ts';
import { list, report, table } from './trial/report.ts';
import { jsonFiles, startBackend } from './trial/trial-backend.ts';
import type { TrialBackend } from './trial/trial-backend.ts';
import { recoverTwiceAtOnce } from './trial/two-recovers.ts';

/** Of each workload in each mode. What CI has time for; the long figure is 50. */
const killsByDefault = 12;

const troubles = ['--shuffle', '--flaky', '20', '--hang', '2', '--noisy', '3', '--checkpoint-interval', '5'];
const troubled = ['montage-2mass-01d', 'nextflow-rnaseq'];

/** What `all` executes on each backend: a hundred phases of every shape, and the strangest names. */
const onEachBackend: readonly string[] = ['montage-2mass-01d', 'gha-ruff-ci'];

/** `total`: all sleeps together in seconds, so that `phaseMs` is what a phase takes on average. */
const killed = [
  { graph: 'helloworld-chain-5', total: 2.5, phaseMs: 500 },
  { graph: 'montage-2mass-01d', total: 8, phaseMs: 100 },
  { graph: 'nextflow-rnaseq', total: 8, phaseMs: 60 },
] as const;

const here = { program: builtOrch, trial: 'workloads' } as const;

interface WorkloadOptions {
  readonly backend: BackendKind | 'all';
  readonly kills: number;
  readonly seed: number;
  readonly only: string | undefined;
}

async function main(folder: string, options: WorkloadOptions): Promise<boolean> {
  const { backend: kind, only } = options;
  const graphs = readdirSync(join(folder, 'graphs'))
    .filter((name) => name.endsWith('.graph.json'))
    .map((name) => name.slice(0, -'.graph.json'.length))
    .toSorted();
  if (graphs.length === 0) throw new Error(`There are no graphs in ${folder}.`);
  await using backend = await startBackend(kind === 'all' ? 'json' : kind);
  const outcomes: boolean[] = [];
  if (only !== 'kill') {
    outcomes.push(await validateAll(folder));
    await using others = new AsyncDisposableStack();
    const jobs: Job[] = [
      ...graphs.map((graph) => ({ graph, backend })),
      ...troubled.map((graph) => ({ graph, backend, options: troubles })),
    ];
    const elsewhere: Job[] = [];
    for (const other of kind === 'all' ? backendKinds.filter((it) => it !== backend.kind) : []) {
      const started = others.use(await startBackend(other));
      elsewhere.push(...onEachBackend.map((graph) => ({ graph, backend: started })));
    }
    outcomes.push(await executeAll(folder, [jobs, elsewhere]));
  }
  if (only !== 'execute') {
    outcomes.push(await tryTwoRecovers(folder, backend));
    outcomes.push(await tryKills(folder, backend, options));
  }
  return outcomes.every(Boolean);
}

async function validateAll(folder: string): Promise<boolean> {
  const plans = readdirSync(join(folder, 'plans')).filter((name) => name.endsWith('.plan.json'));
  const refused: string[] = [];
  for (const name of plans) {
    const { exitCode, stdout, stderr } = await runOrch({ ...here, folder, backend: jsonFiles }, [
      'validate',
      join('plans', name),
    ]);
    if (exitCode !== 0) refused.push(`${name} ended with ${exitCode}: ${stdout}${stderr}`);
  }
  console.log(`validate: ${plans.length - refused.length} of ${plans.length} plans accepted`);
  if (refused.length > 0) console.log(list(refused));
  return plans.length > 0 && refused.length === 0;
}

interface Job {
  readonly graph: string;
  readonly backend: TrialBackend;
  readonly options?: readonly string[];
}

/** Most of what they do is to sleep, so some run at once: two of each list, not all of the large ones together. */
async function executeAll(folder: string, lists: readonly (readonly Job[])[]): Promise<boolean> {
  const lanes = lists.map((jobs) => inLanes(jobs, 2, (job) => executeOne(folder, job)));
  const done = (await Promise.all(lanes)).flat();
  const titles = ['workload', 'backend', 'phases', 'starts', 'right', 'clean', 'seconds'];
  console.log(`\n${table([titles, ...done.map(({ row }) => row)])}`);
  const faults = done.flatMap((it) => it.faults);
  if (faults.length > 0) console.log(list(faults));
  return faults.length === 0;
}

async function executeOne(folder: string, job: Job): Promise<{ readonly row: string[]; readonly faults: string[] }> {
  const { backend, ...rest } = job;
  using workload = pythonWorkload({ folder, ...rest });
  const made = workload.prepare();
  const startedAt = performance.now();
  const end = await runOrch({ ...here, folder: made, backend }, [
    'execute',
    'plan.json',
    '--run-id',
    runId,
    '--output',
    'none',
  ]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const check = checkFolder(folder, made);
  const faults = describeWaste(check);
  if (end.hung) faults.push('orch did not end');
  else if (end.exitCode !== 0) faults.push(`orch ended with ${end.exitCode}: ${end.stderr.trim().slice(-1000)}`);
  faults.push(...(await misplacedJournal(backend, made)));
  const counts = [check.phases, check.starts];
  const yes = (value: boolean): string => (value ? 'yes' : 'NO');
  return {
    row: [workload.label, backend.kind, ...counts.map(String), yes(check.right), yes(check.clean), seconds],
    faults: faults.map((fault) => `${workload.label}, ${backend.kind}: ${fault}`),
  };
}

/** What was measured is the backend that was asked for only if the run's journal lies there, to its end. */
async function misplacedJournal(backend: TrialBackend, made: string): Promise<string[]> {
  try {
    const end = (await readEvents(backend.backendOf(made))).at(-1)?.type;
    return end === 'run.completed' ? [] : [`its journal ends with ${end ?? 'nothing'}`];
  } catch (error) {
    return [`its journal is not there: ${String(error)}`];
  }
}

async function tryTwoRecovers(folder: string, backend: TrialBackend): Promise<boolean> {
  using workload = pythonWorkload({ folder, graph: 'helloworld-chain-5', options: ['--total', '5'] });
  const faults = await recoverTwiceAtOnce({ program: builtOrch, workload, backend });
  console.log(`\ntwo recovers at once: ${faults.length === 0 ? 'one went on, the other said who does' : 'WRONG'}`);
  if (faults.length > 0) console.log(list(faults));
  return faults.length === 0;
}

async function tryKills(folder: string, backend: TrialBackend, { kills, seed }: WorkloadOptions): Promise<boolean> {
  console.log(`\nkill -9, seed ${seed}`);
  const results: KillResult[] = [];
  for (const { graph, total, phaseMs } of killed) {
    using workload = pythonWorkload({ folder, graph, options: ['--total', String(total)] });
    const tried = { program: builtOrch, workload, backend };
    const startupMs = await measureStartup(tried);
    // Each mode draws its own numbers: which of them is asked first must not matter.
    const tryMode = (mode: KillMode): Promise<KillResult> => {
      const random = seededRandom(seed + killModes.indexOf(mode));
      return killAgainAndAgain({ ...tried, mode, kills, random, startupMs, phaseMs });
    };
    results.push(...(await inLanes(killModes, killModes.length, tryMode)));
  }
  return report(results);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('Which folder? npm run workloads -- DIR, where DIR holds workload.py, graphs/ and plans/.');
  process.exitCode = 2;
} else {
  const startedAt = performance.now();
  const good = await main(resolve(folder), {
    backend: values.backend === 'all' ? 'all' : parseBackendKind(values.backend),
    kills: Number(values.kills ?? killsByDefault),
    seed: chooseSeed(values.seed),
    only: values.only,
  });
  console.log(
    `\nworkloads: ${good ? 'all good' : 'FAILED'} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  if (!good) process.exitCode = 1;
}
