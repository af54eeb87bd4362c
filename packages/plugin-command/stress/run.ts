// Kills orch, its wrapper and its commands wherever they are, and looks whether a promise broke.
// Run: node --conditions=source stress/run.ts [random|orchestrator|recoverer|delay|wrapper|mutants|<part of a mutant's name> …] [--long | --short]
import { rmSync } from 'node:fs';
import * as modes from './modes.ts';
import type { Mode, Result } from './modes.ts';
import { openWorkshop, wait } from './trial.ts';
import type { Patch } from './trial.ts';

/** A fault that a mode has to catch, or the mode proves nothing. */
interface Mutant {
  readonly name: string;
  readonly mode: Mode;
  readonly trials: number;
  readonly patches: readonly Patch[];
  readonly lateIntent?: boolean;
}

const mutants: readonly Mutant[] = [
  {
    name: 'no claim: no state file means never started',
    mode: modes.random,
    trials: 40,
    patches: [['examine.ts', 'if (abandon(files.state)) return', "if (files.state !== '') return"]],
  },
  {
    name: 'no second look at the exit line',
    mode: modes.delay,
    trials: 120,
    patches: [['examine.ts', 'if (pid !== undefined && hasChanged(request, pid)) return undefined;', '']],
  },
  {
    name: 'orphans of a killed wrapper are not stopped',
    mode: modes.random,
    trials: 60,
    patches: [
      [
        'adopt.ts',
        "case 'orphans':\n      await endOrphans(parts, subject, verdict.trace);\n      return lost(",
        "case 'orphans':\n      return lost(",
      ],
    ],
  },
  {
    name: 'the intent is written after the start',
    mode: modes.orchestrator,
    trials: 400,
    patches: [],
    lateIntent: true,
  },
  {
    name: 'the exit line in two writes, and a reader who takes what is there',
    mode: modes.wrapper,
    trials: 48,
    patches: [
      ['wrapper.ts', `'echo "exit $1 $1" >&8'`, `'printf "exit " >&8', 'echo "$1 $1" >&8'`],
      ['attempt-state.ts', String.raw`(?:exit (\d+) \3\n)?`, String.raw`(?:exit (\d*)[ \d]*\n?)?`],
    ],
  },
];

const isLong = process.argv.includes('--long');
/** A few trials of each mode, all modes at once: whether the stress itself works, and nothing is grossly wrong. */
const isShort = process.argv.includes('--short');
const trialsOfMode = isLong ? 300 : isShort ? 4 : 40;
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const names = asked.length > 0 ? asked : isShort ? [] : ['random', 'mutants'];
let failed = isShort && asked.length === 0 && (await Promise.all(Object.keys(modes).map(holds))).includes(false);
for (const name of names) {
  // A mode is meant where a mutant speaks of it too.
  const planted = name === 'mutants' ? mutants : name in modes ? [] : mutants.filter((it) => it.name.includes(name));
  for (const mutant of planted) failed = !(await catches(mutant)) || failed;
  if (planted.length === 0) failed = !(await holds(name)) || failed;
}
if (failed) process.exitCode = 1;

async function holds(name: string): Promise<boolean> {
  const mode = (modes as unknown as Record<string, Mode | undefined>)[name];
  if (mode === undefined) throw new Error(`There is no mode ${name}.`);
  const workshop = openWorkshop();
  const results = await judged(await mode(workshop, trialsOfMode));
  const bad = results.filter((it) => it.bad.length > 0);
  const hits = results.reduce((sum, it) => sum + it.hits, 0);
  console.log(`${name}: trials ${results.length}, hits ${hits}, violations ${bad.length}`);
  for (const it of bad.slice(0, 10)) console.log(`  ${it.trial.run}: ${it.label}: ${it.bad.join('; ')}`);
  if (hits === 0) console.log('  nothing was hit: this proves nothing');
  if (bad.length === 0) rmSync(workshop.folder, { recursive: true });
  return bad.length === 0 && hits > 0;
}

/** Batch after batch, until the fault is caught: most of them need luck. */
async function catches({ name, mode, trials, patches, lateIntent = false }: Mutant): Promise<boolean> {
  const workshop = openWorkshop(patches, lateIntent);
  let bad: Judged[] = [];
  let tried = 0;
  for (let batch = 0; batch < (isLong ? 20 : 6) && bad.length === 0; batch++) {
    const results = await judged(await mode(workshop, trials, batch));
    tried += results.length;
    bad = results.filter((it) => it.bad.length > 0);
  }
  console.log(`mutant "${name}": ${bad.length === 0 ? 'NOT CAUGHT' : `caught in ${bad.length}`} of ${tried}`);
  if (bad[0] !== undefined) console.log(`  as in ${bad[0].label}: ${bad[0].bad.join('; ')}`);
  rmSync(workshop.folder, { recursive: true, force: true });
  return bad.length > 0;
}

type Judged = Result & { readonly bad: readonly string[] };

/** Judges when a wrapper that was late would have come. */
async function judged(results: readonly Result[]): Promise<Judged[]> {
  await wait(2_000);
  return results.map((it) => ({ ...it, bad: it.trial.judge(it.touched) }));
}
