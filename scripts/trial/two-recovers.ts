import { randomUUID } from 'node:crypto';
import { killBeside } from './commands.ts';
import { judgeEvents, readEvents, runId } from './judge-run.ts';
import type { Tried, TrialWorkload } from './trial-workload.ts';
import { OrchProcess } from './orch-process.ts';
import type { OrchPlace } from './orch-process.ts';

const saysWho = /driven by process (\d+) on \S+ since (\d{4}-\d\d-\d\dT[\d:.]+Z)/;

/** Kills orch, and recovers the run twice at the same time: one goes on, the other must say who does. Answers with faults. */
export async function recoverTwiceAtOnce({ program, workload, backend }: Tried): Promise<string[]> {
  const place: OrchPlace = { program, folder: workload.prepare(), trial: randomUUID(), backend };
  try {
    const first = new OrchProcess(place, ['execute', 'plan.json', '--run-id', runId]);
    await Promise.race([first.nextCompletion(), first.ended]);
    first.kill();
    const { signal, stderr } = await first.ended;
    if (signal !== 'SIGKILL') return [`orch execute ended before it could be killed: ${stderr}`];
    const rivals = [1, 2].map(() => new OrchProcess(place, ['recover', runId]));
    const ends = await Promise.all(rivals.map(({ ended }) => ended));
    const codes = ends.map(({ exitCode }) => exitCode);
    const loser = ends.find(({ exitCode }) => exitCode === 4);
    if (loser === undefined || !codes.includes(0))
      return [`two recovers at once ended with ${codes.join(' and ')}: ${ends.map((end) => end.stderr).join('; ')}`];
    return [...judgeLoser(loser.stderr, rivals), ...(await judgeRun(place, workload, [first, ...rivals]))];
  } finally {
    killBeside('tree', place);
  }
}

function judgeLoser(stderr: string, rivals: readonly OrchProcess[]): string[] {
  const [, pid] = saysWho.exec(stderr) ?? [];
  if (pid === undefined) return [`exit 4 without saying who, and since when: ${stderr}`];
  return rivals.some((rival) => rival.pid === Number(pid))
    ? []
    : [`exit 4 names process ${pid}, which is neither of the two`];
}

async function judgeRun(place: OrchPlace, workload: TrialWorkload, all: readonly OrchProcess[]): Promise<string[]> {
  const events = await readEvents(place.backend.backendOf(place.folder));
  const printed = all.flatMap((orch) => orch.printed);
  const { faults, takeUps } = await judgeEvents(place, workload, { mode: 'orch', events, printed });
  const check = workload.check(place.folder);
  return [
    ...faults,
    ...check.faults,
    ...(check.clean ? [] : ['something was started more often than needed']),
    ...(takeUps === 2 ? [] : [`the run was taken up ${takeUps} times, not twice`]),
  ];
}
