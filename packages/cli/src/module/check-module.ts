import { resolve } from 'node:path';
import type { Finding, Workflow } from '@orch/core';
import { foundingChecks } from '@orch/core';
import { errorUrl } from '@orch/core/author';
import { renderFinding } from '@orch/plan';
import type { PositionedFinding } from '@orch/plan';
import type { CheckedPlan, CheckOptions } from '../plan-file.ts';
import type { Session } from '../session.ts';
import { tracer } from '../tracer.ts';
import { isColoured } from '../view/colour.ts';
import { placeOf, textOf } from './find-in-text.ts';
import { placed, placedFinding } from './placed-finding.ts';
import type { NamedFile } from './placed-finding.ts';
import { readWorkflow } from './read-workflow.ts';

/** Everything that is wrong with a workflow module. Importing it runs its code. */
export async function checkModule(
  { orchestrator }: Pick<Session, 'orchestrator'>,
  path: string,
  { commandCheck }: CheckOptions,
): Promise<CheckedPlan> {
  const file = resolve(path);
  const reading = await readWorkflow(file);
  if ('problem' in reading) {
    tracer()?.failed(reading.problem.cause ?? reading.problem.message);
    return { valid: false, findings: [placedFinding(reading.problem, { file, path })], checks: () => ({}), render };
  }
  const { workflow } = reading;
  const found = (await orchestrator.validate(workflow)).filter((finding) => commandCheck || !isOfCommand(finding));
  const findings = found.map((finding) => positioned(finding, { file, path, workflow }));
  const valid = findings.every(({ severity }) => severity !== 'error');
  const checks = (): Record<string, boolean> => foundingChecks(workflow.definition.spec, findings);
  return { valid, findings, checks, ...(valid ? { workflow } : {}), render };
}

function isOfCommand({ code }: Finding): boolean {
  return code.startsWith('ORCH_PLAN_COMMAND_') || code === 'ORCH_PLAN_CWD';
}

/** A finding about a phase stands where the phase is added, as far as the text says so. */
function positioned(finding: Finding, named: NamedFile & { readonly workflow: Workflow }): PositionedFinding {
  const { related: _related, ...rest } = finding;
  const [list, index] = finding.path;
  const name = list === 'phases' ? named.workflow.definition.spec.phases[Number(index)]?.name : undefined;
  const quoted =
    name === undefined ? undefined : name.replaceAll(/[^\w ]/g, (it) => `\\u{${it.codePointAt(0)?.toString(16)}}`);
  const place =
    quoted === undefined ? undefined : placeOf(named.file, new RegExp(`(?<=\\.phase\\(\\s*)(['"\`])${quoted}\\1`, 'u'));
  return { ...rest, url: errorUrl(finding.code), ...placed(place, named) };
}

/** With the lines around it, where there is a place to show. */
function render(finding: PositionedFinding): string {
  const width = process.stderr.columns ?? 80;
  const text = finding.length > 0 ? textOf(resolve(finding.file)) : '';
  return renderFinding(finding, { text, width, color: isColoured(process.stderr) });
}
