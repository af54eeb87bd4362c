// What the stand-ins say of themselves: one line for each start and end, written with O_APPEND, so none is ever lost.
// It is the second witness beside the journal, and knows nothing of orch.

/** A stand-in that began to run. */
export interface StepStart {
  readonly phase: string;
  readonly pid: number;
  /** The attempt it belongs to, where the stand-in was told. */
  readonly key?: string;
}

export interface StepEnd {
  readonly phase: string;
  readonly pid: number;
  readonly exitCode: number;
}

export interface StepLog {
  readonly starts: readonly StepStart[];
  readonly ends: readonly StepEnd[];
  /** Phases that, when they started, found another copy of themselves alive. */
  readonly liveCopies: readonly string[];
  /** Phases that started before what they depend on was there. */
  readonly tooEarly: readonly string[];
  readonly unreadable: readonly string[];
}

export interface StepLogOptions {
  /** The phase that a stand-in's id means; default: the id is the name. */
  readonly phaseOf?: (id: string) => string | undefined;
  /** Whether the last word of a start line is the key of the attempt. */
  readonly keys: boolean;
}

const linePattern = /^([SECVA]) (\S+) (\d+) (\S+) (\S+)$/;

/**
 * Reads lines of `S id pid time key`, `E id pid time code`, `C id pid time other` (a live copy) and `V id pid time n`
 * (too early); `A` (damaged arguments) makes the stand-in fail, which shows elsewhere.
 */
export function parseStepLog(text: string, { phaseOf = (id) => id, keys }: StepLogOptions): StepLog {
  const starts: StepStart[] = [];
  const ends: StepEnd[] = [];
  const liveCopies: string[] = [];
  const tooEarly: string[] = [];
  const unreadable: string[] = [];
  for (const line of text.split('\n').filter((it) => it !== '')) {
    const [, kind, id = '', pidText, , last = ''] = linePattern.exec(line) ?? [];
    const phase = phaseOf(id);
    const pid = Number(pidText);
    if (kind === undefined || phase === undefined) unreadable.push(line);
    else if (kind === 'S') starts.push(keys ? { phase, pid, key: last } : { phase, pid });
    else if (kind === 'E') ends.push({ phase, pid, exitCode: Number(last) });
    else if (kind === 'C') liveCopies.push(phase);
    else if (kind === 'V') tooEarly.push(phase);
  }
  return { starts, ends, liveCopies, tooEarly, unreadable };
}
