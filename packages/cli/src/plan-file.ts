import type { ErrorCode, Finding, Workflow } from '@orch/core';
import { foundingChecks } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { addFindings, inWholePlan, readPlan, renderFinding } from '@orch/plan';
import type { PlanReading, PositionedFinding } from '@orch/plan';
import { backendNames } from './backend/backend-place.ts';
import { isModulePath } from './module/module-path.ts';
import type { Session } from './session.ts';
import { say } from './streams.ts';
import { isColoured } from './view/colour.ts';
import { renderFindings } from './view/findings.ts';
import { count, harmless } from './view/text.ts';

export interface CheckedPlan {
  readonly valid: boolean;
  readonly findings: readonly PositionedFinding[];
  /** Makes the founding specification's map. */
  readonly checks: () => Readonly<Record<string, boolean>>;
  readonly workflow?: Workflow;
  readonly stateBackend?: string;
  /** A finding for people. */
  readonly render: (finding: PositionedFinding) => string;
}

export interface CheckOptions {
  /** `false`: programs of commands are not looked for. */
  readonly commandCheck: boolean;
}

/** Everything that is wrong with a plan file, or a module that exports a workflow. */
export async function checkPlan(session: Session, path: string, options: CheckOptions): Promise<CheckedPlan> {
  if (isModulePath(path)) return (await import('./module/check-module.ts')).checkModule(session, path, options);
  const { commandCheck } = options;
  const read = await readPlan(path, { plugins: session.plugins });
  // Where there are more findings than are told, those of commands would not be.
  const isFull = read.findings.some(({ code }) => code === 'ORCH_PLAN_LIMIT');
  const ofCommands = commandCheck && !isFull ? await commandFindings(session, read) : [];
  const reading = addFindings(read, [...backendFindings(read), ...ofCommands]);
  const { workflow, stateBackend, plan, findings } = reading;
  return {
    valid: workflow !== undefined,
    findings,
    checks: () => foundingChecks(plan, findings),
    ...(workflow === undefined ? {} : { workflow }),
    ...(stateBackend === undefined ? {} : { stateBackend }),
    render: (finding) => render(finding, reading),
  };
}

/** What is wrong with the commands on this machine; of a plan with errors, with those of them that could be read. */
async function commandFindings({ orchestrator }: Session, reading: PlanReading): Promise<readonly Finding[]> {
  const { workflow, sound } = reading;
  if (workflow !== undefined) return (await orchestrator.validate(workflow)).filter(isNew);
  if (sound === undefined) return [];
  const findings = await orchestrator.validate(sound.workflow);
  // The whole plan has been asked for its dependencies already, some of which are left out here.
  return inWholePlan(sound, findings).filter((it) => it.path[2] !== 'dependsOn' && isNew(it));
}

/** Expressions were looked at when the plan was read, where the places in its text are known. */
function isNew({ code }: Finding): boolean {
  return (
    code !== 'ORCH_PLAN_AFTER' &&
    code !== 'ORCH_PLAN_EXPRESSION' &&
    code !== 'ORCH_PLAN_SECRET' &&
    code !== 'ORCH_PLAN_SCHEMA'
  );
}

export interface LoadedPlan {
  readonly workflow: Workflow;
  /** Where the plan wants its journal. */
  readonly stateBackend: string | undefined;
}

/**
 * What `validate` notes, and a run does not: that phases run one after another, as the founding specification has it, and
 * that no expression reads an input, which a program may do.
 */
const ofValidate: ReadonlySet<string> = new Set(['ORCH_PLAN_SEQUENTIAL', 'ORCH_PLAN_UNUSED_INPUT']);

/** Nothing of the plan is known: what it ends with says why. */
export function isUnread({ code }: Finding): boolean {
  return code === 'ORCH_PLAN_NOT_FOUND' || code === 'ORCH_PLAN_UNREADABLE';
}

/** The workflow of a plan file. Says what is wrong, and throws where that is too much to run it. */
export async function loadPlan(session: Session, path: string, options: CheckOptions): Promise<LoadedPlan> {
  const { workflow, stateBackend, findings, render } = await checkPlan(session, path, options);
  const unread = findings.find(isUnread);
  if (unread !== undefined) {
    const { code, message, hint } = unread;
    throw orchError({ code: code as ErrorCode, message: harmless(message), hint });
  }
  const told = findings.filter(({ code }) => !ofValidate.has(code));
  for (const paragraph of renderFindings(told, { render, path })) say(paragraph);
  if (workflow !== undefined) return { workflow, stateBackend };
  const errors = findings.filter(({ severity }) => severity === 'error');
  throw invalidPlan(path, errors);
}

/** An error that carries what was found, for those who asked for JSON. */
export interface InvalidPlan extends OrchError {
  readonly findings: readonly PositionedFinding[];
}

function invalidPlan(path: string, findings: readonly PositionedFinding[]): InvalidPlan {
  const error = orchError({
    code: 'ORCH_PLAN_INVALID',
    message: `${harmless(path)} has ${count(findings.length, 'error')}. Nothing was started.`,
  });
  return Object.assign(error, { findings });
}

/** Which backends a plan may name. */
function backendFindings({ stateBackend = 'json' }: PlanReading): Finding[] {
  if (backendNames().includes(stateBackend)) return [];
  return [
    {
      code: 'ORCH_BACKEND_UNKNOWN',
      severity: 'error',
      message: `There is no backend "${stateBackend}".`,
      path: ['state_backend'],
      hint: 'Use "json", "sqlite", "redis" or a name that orch.config has; where those are, --backend or ORCH_BACKEND can say.',
    },
  ];
}

function render(finding: PositionedFinding, { text }: PlanReading): string {
  const width = process.stderr.columns ?? 80;
  return renderFinding(finding, { text, width, color: isColoured(process.stderr) });
}
