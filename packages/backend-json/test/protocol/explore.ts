import type { Steps } from '../../src/protocol.ts';
import { MemoryDisk, ShortWrite } from './memory-disk.ts';
import type { ModelFiles } from './memory-disk.ts';

/** What a process knows or was told, for the judge. */
export type Fact =
  | { readonly fact: 'acknowledged'; readonly id: string; readonly flushed: boolean }
  | { readonly fact: 'held'; readonly epoch: number; readonly newest: number }
  | { readonly fact: 'shown'; readonly commits: readonly string[] };

/** The newest epoch at that moment is filled in. */
export type Held = Omit<Extract<Fact, { fact: 'held' }>, 'newest'>;

/** A process of the model: it must depend on nothing but the answers to its steps. */
export type Program = (at: () => MemoryDisk, tell: (fact: Fact | Held) => void) => Steps<void>;

/** The answers that a process got: where it stands. */
interface Life {
  readonly answers: readonly Answer[];
  readonly key: string;
  readonly told: string;
  readonly facts: readonly Fact[];
  readonly ended: boolean;
}

type Answer = { readonly value: unknown } | { readonly thrown: Error };

export interface World {
  readonly files: ModelFiles;
  readonly lives: readonly Life[];
  /** Writes that may still be cut off. */
  readonly faults: number;
  /** How it came to this, newest step first. */
  readonly trace: Trace | undefined;
}

interface Trace {
  readonly process: number;
  readonly step: string;
  readonly before: Trace | undefined;
}

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** What the judge says of the first state it does not accept. */
  readonly broken?: string;
}

/**
 * Visits every state that the programs can reach, whichever of them moves next: a process that pauses, is stopped or
 * killed is one that does not move. A program is a generator and can't be copied, so each step feeds a new one with the
 * answers that the old one got. States are the same when the files and all those answers are.
 */
export function explore(
  start: ModelFiles,
  programs: readonly Program[],
  judge: (world: World) => string | undefined,
  faults = 0,
): Exploration {
  const seen = new Set<string>();
  const names = new Map<string, string>();
  const short = (text: string): string => {
    const known = names.get(text) ?? names.size.toString(36);
    names.set(text, known);
    return known;
  };
  const first: World = {
    files: start,
    lives: programs.map(() => ({ answers: [], key: '', told: '', facts: [], ended: false })),
    faults,
    trace: undefined,
  };
  const open: World[] = [first];
  const judged = new Set<string>();
  let steps = 0;
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    const files = short(JSON.stringify(world.files));
    const key = `${files}/${world.lives.map((life) => life.key).join('/')}/${world.faults}`;
    if (seen.has(key)) continue;
    seen.add(key);
    // The judge looks at the files and at what was told, not at where each process stands.
    const looks = `${files}/${world.lives.map((life) => life.told).join('/')}`;
    const verdict = judged.has(looks) ? undefined : judge(world);
    judged.add(looks);
    if (verdict !== undefined) return { states: seen.size, steps, broken: `${verdict}\n${story(world.trace)}` };
    for (const [index, program] of programs.entries()) {
      if (world.lives[index]?.ended !== false) continue;
      steps++;
      const next = move(world, { index, program, fails: false, short });
      open.push(next.world);
      if (next.wrote && world.faults > 0) open.push(move(world, { index, program, fails: true, short }).world);
    }
  }
  return { states: seen.size, steps };
}

interface Move {
  readonly index: number;
  readonly program: Program;
  readonly fails: boolean;
  readonly short: (text: string) => string;
}

/** One step of one process, and those after it that nobody else can see. */
function move(
  world: World,
  { index, program, fails, short }: Move,
): { readonly world: World; readonly wrote: boolean } {
  const life = world.lives[index];
  if (life === undefined) throw new Error('no such process');
  const disk = new MemoryDisk(world.files);
  const facts: Fact[] = [];
  const steps = program(
    () => disk,
    (fact) => {
      const earlier = life.facts[facts.length];
      facts.push(earlier ?? (fact.fact === 'held' ? { ...fact, newest: disk.newest() } : (fact as Fact)));
    },
  );
  let next = steps.next();
  for (const answer of life.answers) next = give(steps, answer);
  const answers = [...life.answers];
  let { trace } = world;
  let { key } = life;
  do {
    if (next.done === true) break;
    disk.local = false;
    disk.writeFails = fails;
    const answer = answerOf(next.value);
    disk.writeFails = false;
    answers.push(answer);
    trace = { process: index, step: `${next.value.toString()} ${fails ? 'fails' : ''}`, before: trace };
    key += `.${short('thrown' in answer ? 'thrown' : (JSON.stringify(answer.value) ?? '-'))}`;
    next = give(steps, answer);
  } while (disk.local);
  const ended = next.done === true;
  // Of a process that has ended only what it told counts.
  const saying = facts.length === life.facts.length ? life.told : short(JSON.stringify(facts));
  const now: Life = { answers, facts, ended, told: saying, key: ended ? `!${saying}` : key };
  const lives = world.lives.map((other, at) => (at === index ? now : other));
  return { world: { files: disk.files, lives, faults: world.faults - (fails ? 1 : 0), trace }, wrote: disk.wrote };
}

function story(trace: Trace | undefined): string {
  const lines: string[] = [];
  for (let one = trace; one !== undefined; one = one.before) lines.unshift(`process ${one.process}: ${one.step}`);
  return lines.join('\n');
}

function give(steps: Steps<void>, answer: Answer): IteratorResult<() => unknown, void> {
  return 'thrown' in answer ? steps.throw(answer.thrown) : steps.next(answer.value);
}

function answerOf(step: () => unknown): Answer {
  try {
    return { value: step() };
  } catch (error) {
    if (error instanceof ShortWrite) return { thrown: error };
    throw error;
  }
}
