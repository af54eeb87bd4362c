// Real graphs that nobody here wrote: each plan is validated, each graph executed and checked, and three of them survive
// kill -9 at random instants. DIR holds workload.py, graphs/ and plans/.
// Run: npm run workloads -- DIR [--kills N] [--seed N] [--only execute|kill]
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { killModes } from './trial/judge.ts';
import { killAgainAndAgain } from './trial/kill-runs.ts';
import type { KillResult } from './trial/kill-runs.ts';
import { measureStartup } from './trial/measure-startup.ts';
import { runOrch, builtOrch } from './trial/orch-process.ts';
import { checkFolder, describeWaste, pythonWorkload } from './trial/python-workload.ts';
import { chooseSeed, seededRandom } from './trial/random.ts';
import { list, report, table } from './trial/report.ts';
import { recoverTwiceAtOnce } from './trial/two-recovers.ts';

/** Of each workload in each mode. What CI has time for; the long figure is 50. */
const killsByDefault = 12;

const troubles = ['--shuffle', '--flaky', '20', '--hang', '2', '--noisy', '3', '--checkpoint-interval', '5'];
const troubled = ['montage-2mass-01d', 'nextflow-rnaseq'];

/** `total`: all sleeps together in seconds, so that `phaseMs` is what a phase takes on average. */
const killed = [
  { graph: 'helloworld-chain-5', total: 2.5, phaseMs: 500 },
  { graph: 'montage-2mass-01d', total: 8, phaseMs: 100 },
  { graph: 'nextflow-rnaseq', total: 8, phaseMs: 60 },
] as const;

const here = { program: builtOrch, trial: 'workloads' } as const;

async function main(
  folder: string,
  { kills, seed, only }: { kills: number; seed: number; only?: string },
): Promise<boolean> {
  const graphs = readdirSync(join(folder, 'graphs'))
    .filter((name) => name.endsWith('.graph.json'))
    .map((name) => name.slice(0, -'.graph.json'.length))
    .toSorted();
  if (graphs.length === 0) throw new Error(`There are no graphs in ${folder}.`);
  const outcomes: boolean[] = [];
  if (only !== 'kill') {
    outcomes.push(await validateAll(folder));
    const jobs = [...graphs.map((graph) => ({ graph })), ...troubled.map((graph) => ({ graph, options: troubles }))];
    outcomes.push(await executeAll(folder, jobs));
  }
  if (only !== 'execute') {
    outcomes.push(await tryTwoRecovers(folder));
    outcomes.push(await tryKills(folder, { kills, seed }));
  }
  return outcomes.every(Boolean);
}

async function validateAll(folder: string): Promise<boolean> {
  const plans = readdirSync(join(folder, 'plans')).filter((name) => name.endsWith('.plan.json'));
  const refused: string[] = [];
  for (const name of plans) {
    const { exitCode, stdout, stderr } = await runOrch({ ...here, folder }, ['validate', join('plans', name)]);
    if (exitCode !== 0) refused.push(`${name} ended with ${exitCode}: ${stdout}${stderr}`);
  }
  console.log(`validate: ${plans.length - refused.length} of ${plans.length} plans accepted`);
  if (refused.length > 0) console.log(list(refused));
  return plans.length > 0 && refused.length === 0;
}

interface Job {
  readonly graph: string;
  readonly options?: readonly string[];
}

/** Most of what they do is to sleep, so two run at once. */
async function executeAll(folder: string, jobs: readonly Job[]): Promise<boolean> {
  const rows: string[][] = jobs.map(() => []);
  const faults: string[] = [];
  const rest = jobs.entries();
  const lane = async (): Promise<void> => {
    for (const [index, job] of rest) {
      const done = await executeOne(folder, job);
      rows[index] = done.row;
      faults.push(...done.faults);
    }
  };
  await Promise.all([lane(), lane()]);
  console.log(`\n${table([['workload', 'phases', 'starts', 'right', 'clean', 'seconds'], ...rows])}`);
  if (faults.length > 0) console.log(list(faults));
  return faults.length === 0;
}

async function executeOne(folder: string, job: Job): Promise<{ readonly row: string[]; readonly faults: string[] }> {
  using workload = pythonWorkload({ folder, ...job });
  const made = workload.prepare();
  const startedAt = performance.now();
  const end = await runOrch({ ...here, folder: made }, ['execute', 'plan.json', '--output', 'none']);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const check = checkFolder(folder, made);
  const faults = describeWaste(check);
  if (end.hung) faults.push('orch did not end');
  else if (end.exitCode !== 0) faults.push(`orch ended with ${end.exitCode}: ${end.stderr.trim().slice(-1000)}`);
  const yes = (value: boolean): string => (value ? 'yes' : 'NO');
  return {
    row: [workload.label, String(check.phases), String(check.starts), yes(check.right), yes(check.clean), seconds],
    faults: faults.map((fault) => `${workload.label}: ${fault}`),
  };
}

async function tryTwoRecovers(folder: string): Promise<boolean> {
  using workload = pythonWorkload({ folder, graph: 'helloworld-chain-5', options: ['--total', '5'] });
  const faults = await recoverTwiceAtOnce(builtOrch, workload);
  console.log(`\ntwo recovers at once: ${faults.length === 0 ? 'one went on, the other said who does' : 'WRONG'}`);
  if (faults.length > 0) console.log(list(faults));
  return faults.length === 0;
}

async function tryKills(folder: string, { kills, seed }: { kills: number; seed: number }): Promise<boolean> {
  console.log(`\nkill -9, seed ${seed}`);
  const random = seededRandom(seed);
  const results: KillResult[] = [];
  for (const { graph, total, phaseMs } of killed) {
    using workload = pythonWorkload({ folder, graph, options: ['--total', String(total)] });
    const startupMs = await measureStartup(builtOrch, workload);
    for (const mode of killModes)
      results.push(await killAgainAndAgain({ program: builtOrch, workload, mode, kills, random, startupMs, phaseMs }));
  }
  return report(results);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('Which folder? npm run workloads -- DIR, where DIR holds workload.py, graphs/ and plans/.');
  process.exitCode = 2;
} else {
  const startedAt = performance.now();
  const options = { kills: Number(values.kills ?? killsByDefault), seed: chooseSeed(values.seed) };
  const good = await main(resolve(folder), values.only === undefined ? options : { ...options, only: values.only });
  console.log(
    `\nworkloads: ${good ? 'all good' : 'FAILED'} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  if (!good) process.exitCode = 1;
}
