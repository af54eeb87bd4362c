import type { Clock } from '../clock.ts';
import { messageOf } from '../errors/orch-error.ts';
import type { Outcome } from '../executor/executor.ts';
import type { Json } from '../json.ts';
import { checkedBy } from './schema-answer.ts';
import type { Checked, Schema, SchemaIssue } from '../schema.ts';
import { storedForm } from '../stored-form.ts';
import { describeIssue } from '../spec/phase-keys.ts';
import type { OutputSpec } from '../spec/workflow-spec.ts';
import type { FailWhen } from './rules.ts';

type Completed = Extract<Outcome, { readonly status: 'completed' }>;
type Failed = Extract<Outcome, { readonly status: 'failed' }>;

export interface VerdictRequest {
  readonly outcome: Completed | Failed;
  /** The output that the phase declares. */
  readonly declared: OutputSpec | undefined;
  readonly schema: Schema | undefined;
  readonly failWhen: FailWhen | undefined;
  /** Its timer limits how long the schema may take. */
  readonly clock: Clock;
}

/**
 * Holds what an executor says of an attempt against what the phase declares: its output must be there and fit, and
 * `fail_when` must not hold. A phase that ended with another exit code than 0 failed, unless a `fail_when` that reads
 * `exit_code` says otherwise. Green means green: what can't be told is a failure.
 */
export function verdictOf(request: VerdictRequest): Outcome | Promise<Outcome> {
  const { outcome, declared, schema, failWhen } = request;
  if (declared === undefined && failWhen === undefined) return outcome;
  if (outcome.status === 'failed' && (outcome.class !== 'exit' || outcome.exitCode === undefined)) return outcome;
  if (outcome.output === undefined || schema === undefined) return judged(request, outcome);
  const checked = checkedBy(schema, outcome.output, request.clock);
  if (!(checked instanceof Promise)) return judgeChecked(request, checked);
  return checked.then((it) => judgeChecked(request, it));
}

function judgeChecked(request: VerdictRequest, checked: Checked<unknown>): Outcome {
  const { outcome } = request;
  const { output: _, ...rest } = outcome;
  if (checked.issues !== undefined)
    return outcome.status === 'completed'
      ? invalidOutput(outcome, `does not fit its schema: ${described(checked.issues)}`)
      : judged(request, rest);
  if (checked.value === undefined) return judged(request, rest);
  const stored = storedForm(checked.value);
  if ('value' in stored) return judged(request, { ...outcome, output: stored.value });
  return outcome.status === 'completed'
    ? invalidOutput(outcome, `of its schema ${stored.problem}`)
    : judged(request, rest);
}

function judged({ declared, failWhen }: VerdictRequest, outcome: Completed | Failed): Outcome {
  const needsOutput = declared !== undefined && outcome.output === undefined;
  if (failWhen === undefined) return needsOutput && outcome.status === 'completed' ? noOutput(outcome) : outcome;
  const exitCode = outcome.exitCode ?? 0;
  let verdict: ReturnType<FailWhen['judge']>;
  try {
    verdict = failWhen.judge({ output: outcome.output, exitCode });
  } catch (error) {
    if (outcome.status === 'failed') return outcome;
    if (needsOutput) return noOutput(outcome);
    const message = `Whether it failed could not be told: ${failWhen.source}: ${messageOf(error)}`;
    return { ...outcome, status: 'failed', class: 'invalid-output', error: { code: 'ORCH_PHASE_FAIL_WHEN', message } };
  }
  if (verdict.failed) {
    const message = `It ended with exit code ${exitCode}, but counts as failed: ${failWhen.source}`;
    return { ...outcome, status: 'failed', class: 'exit', error: { code: 'ORCH_PHASE_FAIL_WHEN', message } };
  }
  if (outcome.status === 'failed' && !verdict.readsExitCode) return outcome;
  if (needsOutput) return noOutput(outcome);
  return completed(outcome);
}

function completed({ exitCode, output }: Completed | Failed): Outcome {
  return {
    status: 'completed',
    ...(output === undefined ? {} : { output }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function noOutput(outcome: Completed | Failed): Outcome {
  return invalidOutput(outcome, 'is missing, though the phase declares one');
}

function invalidOutput({ exitCode, output }: Completed | Failed, problem: string): Outcome {
  return {
    status: 'failed',
    class: 'invalid-output',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `The output ${problem}.`, hint: hintFor(output) },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(output === undefined ? {} : { output }),
  };
}

const shownCharacters = 200;
const shownIssues = 5;

/** What was found: whoever reads it need not look for it. */
function hintFor(output: Json | undefined): string {
  if (output === undefined) return 'What it printed is in its log.';
  const text = JSON.stringify(output);
  return `It is ${text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)} …`}`;
}

function described(issues: readonly SchemaIssue[]): string {
  const lines = issues.slice(0, shownIssues).map(describeIssue);
  return issues.length > shownIssues
    ? `${lines.join('; ')}; and ${issues.length - shownIssues} more`
    : lines.join('; ');
}
