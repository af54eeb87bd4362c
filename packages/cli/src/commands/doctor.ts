import { statSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { orchVersion } from '@orch/core';
import type { StateFinding } from '@orch/core';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { knownBackendFindings } from '../backend/known-backends.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { configInForce } from '../config/config-in-force.ts';
import { isFinding } from '../doctor/check.ts';
import type { Check } from '../doctor/check.ts';
import { examineBackends } from '../doctor/examine-backends.ts';
import { fileSystemChecks } from '../doctor/file-system.ts';
import { machineChecks } from '../doctor/machine.ts';
import { accessChecks } from '../doctor/state-folder.ts';
import { findStatePlace } from '../state-place.ts';
import { endWhenReaderLeaves, print } from '../streams.ts';
import { count, harmless, pad } from '../view/text.ts';

export interface DoctorOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

/**
 * Looks at this machine, at the state folder and at all runs of the backends that are known there, says what is good, damaged
 * or noteworthy, and what to do. Changes nothing.
 */
export async function doctor({ stateDir, backend, json = false }: DoctorOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  const place = findStatePlace(stateDir);
  const { directory } = place;
  const known = backendsToSearch({}, place);
  const asked = backend === undefined ? known : backendsToSearch({ flag: backend }, place);
  const isThere = statSync(directory, { throwIfNoEntry: false }) !== undefined;
  const names = asked.map(({ name }) => name);
  const examined = await examineBackends({ stateDir, isThere, asked, known: known.map(({ name }) => name) });
  const checks: readonly Check[] = [
    ...machineChecks(),
    ...configChecks(),
    ...(isThere ? accessChecks(directory) : []),
    ...fileSystemChecks(directory),
    ...(isThere ? knownBackendFindings(directory).map((finding) => ({ finding })) : []),
    ...examined.checks,
  ];
  const good = checks.flatMap((check) => ('ok' in check ? [check.ok] : []));
  const findings = checks.filter(isFinding).map(({ finding }) => finding);
  if (json) {
    const { node } = process.versions;
    const system = {
      orch: orchVersion,
      node,
      platform: `${platform()} ${arch()}`,
      state: directory,
      config: configInForce()?.file ?? null,
    };
    const { runs } = examined;
    await print(`${JSON.stringify({ ...system, backends: names, runs, good, findings }, null, 2)}\n`);
  } else {
    const where = [directory, ...names.filter((name) => name !== 'json')].join(', ');
    const lines = [
      ...findings.flatMap(findingLines),
      ...good.map((words) => `${pad('ok', 9)}${harmless(words)}`),
      summaryLine(where, examined.runs, findings),
    ];
    await print(`${lines.join('\n')}\n`);
  }
  return countOf(findings, 'error') === 0 ? exitCodes.done : exitCodes.damaged;
}

/** Which config is in force: what it lists takes part in every run. */
function configChecks(): readonly Check[] {
  const config = configInForce();
  if (config === undefined) return [];
  const { file, plugins, preset } = config;
  const parts = [
    ...(preset === undefined ? [] : [`preset ${preset.name}`]),
    ...(plugins.length === 0 ? [] : [`plugins ${plugins.map(({ name }) => name).join(', ')}`]),
  ];
  return [{ ok: `config ${file}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}` }];
}

function findingLines({ severity, run, message, hint, code }: StateFinding): string[] {
  const subject = run === undefined ? '' : `run ${harmless(run)}: `;
  const line = `${pad(severity, 9)}${subject}${harmless(message)} [${code}]`;
  return hint === undefined ? [line] : [line, `${pad('', 9)}${harmless(hint)}`];
}

function summaryLine(state: string, runs: number, findings: readonly StateFinding[]): string {
  const errors = countOf(findings, 'error');
  const parts = [
    count(runs, 'run'),
    errors === 0 ? 'nothing damaged' : count(errors, 'error'),
    ...(['warning', 'note'] as const)
      .filter((severity) => countOf(findings, severity) > 0)
      .map((severity) => count(countOf(findings, severity), severity)),
  ];
  return `${state}: ${parts.join(', ')}. Nothing was changed.`;
}

function countOf(findings: readonly StateFinding[], severity: StateFinding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}
