// The repository's own graphs as workloads, with stand-ins of sh that need nothing else.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanObject } from '../../packages/testkit/src/graphs.ts';
import type { TrialWorkload } from './trial-workload.ts';
import { parseStepLog } from './step-log.ts';

/**
 * sh ./step.sh NAME SECONDS DEPENDENCY… Says `S` at its start and `E` at its end, after so many seconds; or `opened`: once
 * there is a file `go`, or after a minute, should nobody make it. Registers itself before it looks for
 * living copies of itself, so of two copies at least one sees the other. A process is told by pid and start time. The key
 * of its attempt stands in the newest marker of its lineage: `orch-KEY-RUN`.
 */
const stepScript = `#!/bin/sh
name=$1 seconds=$2
shift 2
say() { read -r now _ </proc/uptime; echo "$1 $name $$ $now $2" >>log; }
look() {
  born=
  read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  line=\${line##*) }
  set -- $line
  born=\${20}
  [ "$1" != Z ] && [ "$1" != X ]
}
look $$
: >"live/$name.$$.$born"
lineage=\${ORCH_LINEAGE%:}
key=\${lineage##*:orch-}
say S "\${key%-*}"
for file in "live/$name".*; do
  rest=\${file#"live/$name."}
  pid=\${rest%.*}
  if [ "$pid" != $$ ] && look "$pid" && [ "$born" = "\${rest##*.}" ]; then say C "$pid"; fi
done
for dependency; do
  if [ ! -e "out/$dependency" ]; then say V 0; exit 97; fi
done
turn=0
if [ "$seconds" = opened ]; then
  until [ -e go ] || [ "$turn" -gt 6000 ]; do turn=$((turn + 1)); sleep 0.01; done
else sleep "$seconds"; fi
echo "$name" >"out/$name.$$" && mv "out/$name.$$" "out/$name" || exit 98
say E 0
`;

export interface OwnWorkloadOptions {
  /** How long each stand-in takes. */
  readonly phaseMs: number;
  /** The name of one that ends once {@link letGo} was called. */
  readonly gated?: string;
  /** Where its folders are made; default: among the temporary files. */
  readonly parent?: string;
}

export function ownWorkload(
  graph: PlanObject,
  { phaseMs, gated, parent: within = tmpdir() }: OwnWorkloadOptions,
): TrialWorkload & Disposable {
  const parent = mkdtempSync(join(within, 'orch-kill-'));
  const names = graph.phases.map(({ name }) => name);
  const secondsOf = (name: string): string => (name === gated ? 'opened' : String(phaseMs / 1000));
  const phases = graph.phases.map((phase) => ({
    ...phase,
    command: ['sh', './step.sh', phase.name, secondsOf(phase.name), ...phase.depends_on].join(' '),
  }));
  const readSteps: TrialWorkload['readSteps'] = (folder) =>
    parseStepLog(readFileSync(join(folder, 'log'), 'utf8'), { keys: true });
  let made = 0;
  return {
    name: graph.workflow_id,
    prepare: () => {
      const folder = join(parent, String(++made));
      for (const name of ['live', 'out']) mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, 'log'), '');
      writeFileSync(join(folder, 'step.sh'), stepScript);
      writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...graph, phases }));
      return folder;
    },
    readSteps,
    check: (folder) => {
      const missing = names.filter((name) => !existsSync(join(folder, 'out', name)));
      return {
        right: missing.length === 0,
        clean: readSteps(folder).starts.length === names.length,
        faults: missing.map((name) => `${JSON.stringify(name)} left no output`),
      };
    },
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Lets the gated stand-in of a run go on to its end. */
export function letGo(folder: string): void {
  writeFileSync(join(folder, 'go'), '');
}
