/** A plan file that nobody should write, and the one right answer to it. */
export interface OddPlan {
  readonly title: string;
  /** What stands in the file. Made when it is needed: some are large. */
  readonly content: () => string | Uint8Array;
  readonly expected: Expected;
  /** How the file is written; absent: strict JSON. */
  readonly ending?: 'jsonc' | 'yaml';
  /** What the path of the plan is instead of a file with the content. */
  readonly place?: 'missing' | 'folder' | 'under a file' | 'unreadable' | 'pipe' | '/dev/null' | 'long name';
  /** Takes seconds and a gigabyte: one at a time. */
  readonly large?: true;
  /** It has 100,000 phases: an answer may take more work. */
  readonly manyPhases?: true;
}

/** What describes a row besides its content. */
type More = Partial<Pick<OddPlan, 'place' | 'large' | 'manyPhases'>>;

export type Expected = Accepted | Refused;

export interface Accepted {
  readonly answer: 'accepted';
  /** The names of the phases, in the order in which they end; absent: too many to wait for all of them here. */
  readonly ran?: readonly string[];
  /** As in {@link Refused.findings}: notes that are no errors. */
  readonly notes: readonly string[];
}

export interface Refused {
  readonly answer: 'refused';
  readonly exitCode: 2 | 3;
  /** All findings in the order of the text, `TYPE 3:14` for `ORCH_PLAN_TYPE` at line 3, column 14; or the first of `count`. */
  readonly findings: readonly string[];
  readonly count?: number;
}

/** The command of all phases here: it leaves the name of its phase behind, and shows that it came through unchanged. */
export const mark = `printf '%s\\n' "$ORCH_PHASE" >> ran`;

export interface PhaseText {
  readonly name?: string;
  /** More keys, as text: `"timeout": 5`. */
  readonly more?: string;
}

/** A phase as text. */
export function phaseText({ name = 'a', more }: PhaseText = {}): string {
  const keys = `"name": ${JSON.stringify(name)}, "command": ${JSON.stringify(mark)}, "depends_on": []`;
  return `{${keys}${more === undefined ? '' : `, ${more}`}}`;
}

/** A plan as text. */
export function planText(phases: readonly string[] = [phaseText()], more = ''): string {
  return `{"workflow_id": "odd",${more}\n  "phases": [\n    ${phases.join(',\n    ')}\n  ]}\n`;
}

/** Stands in a text before each place that has a finding; the file does not hold it. */
const place = '⟦';

/** A text with its places marked by `⟦`, and the code of each. */
export function refused(title: string, marked: string, ...codes: readonly string[]): OddPlan {
  const pieces = marked.split(place);
  const places = pieces.slice(0, -1).map((_, index) => positionAfter(pieces.slice(0, index + 1).join('')));
  if (places.length !== codes.length) throw new Error(`${title}: ${places.length} places, ${codes.length} codes`);
  const findings = codes.map((code, index) => `${code} ${places[index]}`);
  return refusedAt(title, () => pieces.join(''), findings);
}

/** A content whose findings are told outright. */
export function refusedAt(
  title: string,
  content: OddPlan['content'],
  findings: readonly string[],
  more: More & Partial<Pick<Refused, 'count' | 'exitCode'>> = {},
): OddPlan {
  const { count, exitCode = 2, ...rest } = more;
  return {
    title,
    content,
    expected: { answer: 'refused', exitCode, findings, ...(count === undefined ? {} : { count }) },
    ...rest,
  };
}

/** A plan that is fine, odd as it is. */
export function accepted(
  title: string,
  content: OddPlan['content'] | string,
  ran: readonly string[] = ['a'],
  more: More & Partial<Pick<Accepted, 'notes'>> = {},
): OddPlan {
  const { notes = [], ...rest } = more;
  const made = typeof content === 'string' ? () => content : content;
  return { title, content: made, expected: { answer: 'accepted', ran, notes }, ...rest };
}

/** A plan that is fine, and has so many phases that it is only begun here. */
export function begun(title: string, content: OddPlan['content'], more: Pick<OddPlan, 'manyPhases'> = {}): OddPlan {
  return { title, content, expected: { answer: 'accepted', notes: [] }, large: true, ...more };
}

/** `line:column` of what comes after a text. */
function positionAfter(text: string): string {
  const lines = text.split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}
