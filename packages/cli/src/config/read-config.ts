import { dirname, relative } from 'node:path';
import type { ErrorCode, Finding } from '@orch/core';
import { errorUrl, isOrchError, messageOf, orchError } from '@orch/core/author';
import type { Plugin } from '@orch/core/author';
import { parsePlanText, addFindings, renderFinding } from '@orch/plan';
import type { PlanReading, PositionedFinding } from '@orch/plan';
import { describeExport } from '../module/describe-export.ts';
import { explainFailure } from '../module/explain-failure.ts';
import { defaultExportIn, placeOf, textOf } from '../module/find-in-text.ts';
import { loadModule } from '../module/load-module.ts';
import { placedFinding } from '../module/placed-finding.ts';
import { framesOf } from '../module/stack-frames.ts';
import { say } from '../streams.ts';
import { isColoured } from '../view/colour.ts';
import { count, harmless } from '../view/text.ts';
import type { ConfigInForce } from './config-in-force.ts';
import { isObject, settingsOf } from './config-shape.ts';
import type { Report } from './config-shape.ts';
import { loadPlugin, loadPreset } from './load-extension.ts';
import type { Extensions } from './load-extension.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a config says, before it is checked. */
interface ConfigText {
  readonly file: string;
  readonly form: 'json' | 'mts';
  readonly values: Values;
  /** Of JSON: where its values stand. */
  readonly reading?: PlanReading;
}

/** Reads a config and loads what it lists, nothing else. Throws with everything that is wrong with it, each with its place. */
export async function readConfig(file: string): Promise<ConfigInForce> {
  const config = file.endsWith('.json') ? readJson(file) : await readModule(file);
  const { form, values } = config;
  const findings: Finding[] = [];
  const reportAs =
    (code: ErrorCode): Report =>
    (path, message, hint) =>
      findings.push({ code, severity: 'error', message, path, ...(hint === undefined ? {} : { hint }) });
  const reports = { report: reportAs('ORCH_CONFIG_INVALID'), reportKey: reportAs(ofKeys) };
  const extensions: Extensions = { config: file, form, reportAs };
  try {
    const settings = settingsOf(values, { form, folder: dirname(file), ...reports });
    const preset = await loadPreset(values['preset'], extensions);
    const plugins = await pluginsOf(values['plugins'], extensions);
    if (findings.length === 0) return { file, ...settings, plugins, ...(preset === undefined ? {} : { preset }) };
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
  throw invalid(file, positioned(config, findings));
}

/** Code of others made the values, and those of plugins: reading them may throw. */
function unreadable(file: string, thrown: unknown): unknown {
  if (isOrchError(thrown)) return thrown;
  const problem = {
    code: 'ORCH_CONFIG_INVALID' as const,
    message: `Reading its values threw: ${messageOf(thrown)}`,
    hint: 'Let it hold plain values: a getter is called whenever one is read.',
    place: framesOf(thrown)[0],
    cause: thrown,
  };
  return invalid(file, [placedFinding(problem, { file, path: nameOf(file) })]);
}

async function pluginsOf(listed: unknown = [], extensions: Extensions): Promise<readonly Plugin[]> {
  if (!Array.isArray(listed)) {
    extensions.reportAs('ORCH_CONFIG_INVALID')(['plugins'], 'plugins must be a list of names.');
    return [];
  }
  const plugins: Plugin[] = [];
  for (const [index, entry] of listed.entries()) {
    const plugin = await loadPlugin(entry, ['plugins', index], extensions);
    if (plugin !== undefined) plugins.push(plugin);
  }
  return plugins;
}

function readJson(file: string): ConfigText {
  const reading = parsePlanText(textOf(file), { file: nameOf(file) });
  // It is read like a plan: what is wrong with the text holds for it too, and nothing else.
  const { plan, places, text } = reading;
  const found = reading.findings.filter(({ code }) => plan === undefined || code === 'ORCH_PLAN_DUPLICATE_KEY');
  if (found.length > 0)
    throw invalid(
      file,
      found.map((finding) => ({
        ...finding,
        code: 'ORCH_CONFIG_INVALID',
        url: errorUrl('ORCH_CONFIG_INVALID'),
        hint: 'A config is strict JSON. With comments, or with code, write orch.config.mts.',
      })),
    );
  const own: PlanReading = { text, file: nameOf(file), findings: [], ...(places === undefined ? {} : { places }) };
  if (isObject(plan)) return { file, form: 'json', values: plan, reading: own };
  const finding: Finding = {
    code: 'ORCH_CONFIG_INVALID',
    severity: 'error',
    message: 'A config is an object.',
    path: [],
  };
  throw invalid(file, addFindings(own, [finding]).findings);
}

async function readModule(file: string): Promise<ConfigText> {
  const imported = await loadModule(file);
  if (!('exports' in imported))
    throw invalid(file, [placedFinding(explainFailure(file, imported), { file, path: nameOf(file) })]);
  const exported = imported.exports['default'];
  if (isObject(exported)) return { file, form: 'mts', values: exported };
  const problem = {
    code: 'ORCH_CONFIG_INVALID' as const,
    message:
      exported === undefined
        ? 'It has no default export, which is the config.'
        : `Its default export is ${describeExport(exported)}, not a config.`,
    hint: "Write: export default defineConfig({ … }), of '@orch/cli/config'.",
    place: defaultExportIn(file),
  };
  throw invalid(file, [placedFinding(problem, { file, path: nameOf(file) })]);
}

/** Keys of a module stand where its text has them for the first time: a good guess, which is all that can be had. */
function positioned({ file, reading }: ConfigText, findings: readonly Finding[]): readonly PositionedFinding[] {
  if (reading !== undefined) return addFindings(reading, findings).findings.map(asOfConfig);
  return findings.map(({ code, message, hint = 'Correct it there.', path }) => {
    const key = path.findLast((part) => typeof part === 'string') ?? '';
    const escaped = String(key).replaceAll(/[^\w ]/g, String.raw`\$&`);
    const place = placeOf(file, new RegExp(`(?<![\\w.])['"]?${escaped}['"]?(?=\\s*[:,}])`));
    const problem = { code: code as ErrorCode, message, hint, place };
    return asOfConfig({ ...placedFinding(problem, { file, path: nameOf(file) }), path });
  });
}

/** By it a finding is placed at a key, as in plans. */
const ofKeys = 'ORCH_PLAN_UNKNOWN_KEY';

function asOfConfig(finding: PositionedFinding): PositionedFinding {
  const code = 'ORCH_CONFIG_INVALID';
  return finding.code === ofKeys ? { ...finding, code, url: errorUrl(code) } : finding;
}

/** Says where, and shows no line: any of them may hold a password, also one beside what is wrong. */
function invalid(file: string, findings: readonly PositionedFinding[]): Error {
  for (const finding of findings) say(`${renderFinding(finding, { color: isColoured(process.stderr) })}\n`);
  const codes = new Set(findings.map(({ code }) => code));
  // One kind of mistake says more than that there is one.
  const [code = 'ORCH_CONFIG_INVALID'] = codes.size === 1 ? codes : [];
  const error = orchError({
    code: code as ErrorCode,
    message: `${harmless(nameOf(file))} has ${count(findings.length, 'error')}. Nothing was done.`,
    hint: 'To go without a config: --no-config',
  });
  return Object.assign(error, { findings });
}

/** As a person in this folder would name it. */
function nameOf(file: string): string {
  return relative('', file);
}
