/** One numbered rule of a contract. Numbers are never reused. */
export interface NumberedCase<Capability extends string> {
  /** As in `B07`: the doc comments of the contract name it. */
  readonly id: string;
  readonly title: string;
  /** All of them. */
  readonly needs?: Capability | readonly Capability[];
}

/** A runner's way to register a test, or one that is left out. */
type Register = (name: string, body: () => Promise<void>) => unknown;

/** What each suite takes besides its subject. */
export interface ConformanceOptions<Capability extends string> {
  /** The runner's own: `test` of vitest, node:test, Mocha (`it`) … */
  readonly test: Register & { readonly skip?: Register };
  /** What the subject, or this test of it, can't do; default: nothing. The cases that need it are left out. */
  readonly lacks?: readonly Capability[];
  /** Hears of each case that is left out, its name saying why. Default: `test.skip`; without one they appear nowhere. */
  readonly skip?: (name: string, body: () => Promise<void>) => unknown;
}

export interface Suite<Capability extends string, Case extends NumberedCase<Capability>> {
  /** What is tested, as in `backend`. */
  readonly subject: string;
  readonly cases: readonly Case[];
  /** Capabilities that can be seen. */
  readonly visible: readonly Capability[];
  /** The visible ones that a subject has. */
  readonly has: () => Promise<readonly Capability[]>;
  readonly run: (one: Case) => Promise<void>;
}

/** Registers cases with a runner. A subject that has what `lacks` denies fails a test of its own. */
export function registerCases<Capability extends string, Case extends NumberedCase<Capability>>(
  { subject, cases, visible, has, run }: Suite<Capability, Case>,
  { test, lacks = [], skip = test.skip }: ConformanceOptions<Capability>,
): void {
  for (const one of cases) {
    const name = `${one.id} ${one.title}`;
    const absent = needsOf(one).filter((need) => lacks.includes(need));
    if (absent.length === 0) test(name, () => run(one));
    else skip?.(`${name} (left out: lacks ${absent.join(', ')})`, async () => {});
  }
  if (!visible.some((capability) => lacks.includes(capability))) return;
  test(`lacks names nothing that the ${subject} has`, async () => {
    const denied = (await has()).filter((capability) => lacks.includes(capability));
    if (denied.length > 0) throw new Error(`the ${subject} has ${denied.join(' and ')}: take it out of \`lacks\``);
  });
}

function needsOf<Capability extends string>({ needs = [] }: NumberedCase<Capability>): readonly Capability[] {
  return typeof needs === 'string' ? [needs] : needs;
}
