import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import {
  checkPlanExpressions,
  parseWorkflow,
  type ErrorCode,
  type Finding,
  type Language,
  type ParsedPlan,
  type Workflow,
} from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { decode } from './decode.ts';
import { jsonFormat } from './json-format.ts';
import { planLanguage } from './language/plan-language.ts';
import type { Places, PlanFormat, TextProblem } from './plan-format.ts';
import { findingAt, inOrder, positionFindings, type PositionedFinding } from './position-findings.ts';

export interface ReadPlanOptions {
  /** Who owns the keys and carries out the kinds of work; default: none. */
  readonly plugins?: readonly Plugin[];
  /** Carries out its expressions and JSON Schemas; default: `planLanguage()`. */
  readonly language?: Language;
}

export interface ParsePlanOptions extends Pick<ReadPlanOptions, 'plugins'> {
  /** How findings call the file; default `plan.json`. */
  readonly file?: string;
  /** How it is written, as `planFormat` answers; default: JSON. */
  readonly format?: PlanFormat;
}

export interface PlanReading {
  /** Absent when a finding is an error. */
  readonly workflow?: Workflow;
  /** Of a plan with errors, the phases that could be run: what is wrong with their commands can be said all the same. */
  readonly sound?: ParsedPlan['sound'];
  /** Everything there is, in the order of the text. */
  readonly findings: readonly PositionedFinding[];
  /** The plan's `state_backend`, if it has one. */
  readonly stateBackend?: string;
  /** The value of the plan, where its text is well-formed. */
  readonly plan?: unknown;
  /** Where its values stand, where its text is well-formed. */
  readonly places?: Places;
  readonly text: string;
  readonly file: string;
}

/** Bytes of a plan file. */
const maxBytes = 64 * 1024 * 1024;

/** Endings of files that are run, not read: a workflow that is written as code. */
const moduleEndings: Readonly<Record<string, string>> = {
  '.mts': 'TypeScript',
  '.ts': 'TypeScript',
  '.mjs': 'JavaScript',
  '.js': 'JavaScript',
};

/** What reads files of these endings. Loaded where there is such a file: all others are JSON. */
const formats: Readonly<Record<string, () => Promise<PlanFormat>>> = {
  '.jsonc': async () => (await import('./jsonc-format.ts')).jsoncFormat,
  '.yaml': async () => (await import('./yaml-format.ts')).yamlFormat,
  '.yml': async () => (await import('./yaml-format.ts')).yamlFormat,
};

/** How a plan file is written, by the ending of its name. */
export async function planFormat(path: string): Promise<PlanFormat> {
  return (await formats[extname(path).toLowerCase()]?.()) ?? jsonFormat;
}

/** Reads a plan file. What is wrong with it, even that it is not there, is a finding; this never rejects for it. */
export async function readPlan(path: string, options: ReadPlanOptions = {}): Promise<PlanReading> {
  const kind = moduleEndings[extname(path).toLowerCase()];
  if (kind !== undefined)
    return refused(
      path,
      'ORCH_PLAN_NOT_SUPPORTED',
      `${kind} is imported, not read as a plan.`,
      'orch execute FILE runs a module whose default export is a workflow; a script imports it.',
    );
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(path, maxBytes);
  } catch (thrown) {
    return refused(path, ...whyUnreadable(path, thrown));
  }
  const reading = parsePlanText(bytes, { ...options, file: path, format: await planFormat(path) });
  return addFindings(reading, await expressionFindings(reading, options));
}

/** What is wrong with its expressions; of a plan with errors, with those of the phases that could be read. */
async function expressionFindings(
  { workflow, sound }: PlanReading,
  { plugins, language = planLanguage() }: ReadPlanOptions,
): Promise<readonly Finding[]> {
  const given = { language, ...(plugins === undefined ? {} : { plugins }) };
  if (workflow !== undefined) return checkPlanExpressions(workflow, given);
  if (sound === undefined) return [];
  return inWholePlan(sound, await checkPlanExpressions(sound.workflow, given));
}

/** Findings about the phases of the sound part of a plan, at their places in the whole one. */
export function inWholePlan(
  { positions }: NonNullable<PlanReading['sound']>,
  findings: readonly Finding[],
): readonly Finding[] {
  return findings
    .filter(({ path: [list] }) => list === 'phases')
    .map(({ path: [list = '', index = 0, ...rest], ...finding }) => ({
      ...finding,
      path: [list, positions[Number(index)] ?? 0, ...rest],
    }));
}

/** Reads the text of a plan, or the bytes of its file. Its expressions are not looked at: `readPlan` does. */
export function parsePlanText(
  input: string | Uint8Array,
  { plugins = [], file = 'plan.json', format = jsonFormat }: ParsePlanOptions = {},
): PlanReading {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > maxBytes)
    return refused(
      file,
      'ORCH_PLAN_LIMIT',
      `The file has more than ${maxBytes / 2 ** 20} MiB.`,
      'Split it into several plans.',
    );
  const decoded = typeof input === 'string' ? { text: input } : decode(input);
  if ('problem' in decoded) {
    const { problem: message, hint, before: text } = decoded;
    return unreadable(text, file, { code: 'ORCH_PLAN_SYNTAX', message, hint, offset: text.length, length: 0 });
  }
  const { text } = decoded;
  const written = format.parse(text);
  if ('problem' in written) return unreadable(text, file, written.problem);
  const { plan, places, repeats, problems } = written;
  const { findings, ...parsed } = parseWorkflow(plan, { plugins });
  const carried = { plan, places, text, file, ...parsed };
  // Places cost another reading of the text: only for whom something is found.
  if (findings.length === 0 && !repeats && problems.length === 0) return { findings: [], ...carried };
  return withoutInvalid({ ...carried, findings: positionFindings(carried, findings, { repeats, problems }) });
}

/** A plan with what else was found in it, on this machine for instance; each at its place, all in the order of the text. */
export function addFindings(reading: PlanReading, more: readonly Finding[]): PlanReading {
  const { places } = reading;
  // Without places there is no workflow either, about which more could be found.
  if (more.length === 0 || places === undefined) return reading;
  const added = positionFindings({ ...reading, places }, more, { repeats: false });
  return withoutInvalid({ ...reading, findings: inOrder([...reading.findings, ...added]) });
}

/** A plan with an error has no workflow, but what of it is sound. */
function withoutInvalid({ workflow, ...reading }: PlanReading): PlanReading {
  if (workflow === undefined) return reading;
  if (reading.findings.every(({ severity }) => severity !== 'error')) return { ...reading, workflow };
  return { ...reading, sound: { workflow, positions: workflow.definition.spec.phases.map((_, index) => index) } };
}

function unreadable(text: string, file: string, problem: TextProblem): PlanReading {
  return { findings: [findingAt(text, { file, ...problem })], text, file };
}

function refused(file: string, code: ErrorCode, message: string, hint: string): PlanReading {
  return { findings: [findingAt('', { code, message, hint, file, offset: 0, length: 0 })], text: '', file };
}

function whyUnreadable(path: string, thrown: unknown): [code: ErrorCode, message: string, hint: string] {
  const { code, message } = thrown as NodeJS.ErrnoException;
  const notFound = 'ORCH_PLAN_NOT_FOUND';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return [notFound, `There is no file ${path}.`, 'Check the path; it is taken from the current folder.'];
    case 'EISDIR':
      return [notFound, `${path} is a folder.`, 'Name the plan file in it.'];
    case 'EACCES':
    case 'EPERM':
      return [notFound, `${path} may not be read.`, 'Check its permissions.'];
    default:
      // No word about the path: a disk that fails, no descriptors left.
      return [
        'ORCH_PLAN_UNREADABLE',
        `${path} could not be read: ${message}.`,
        'Remove the cause on this machine (the disk, `ulimit -n`), then call orch again.',
      ];
  }
}

/**
 * One byte more than allowed is enough to know. The size that the file system names is a guess: a pipe has none. What may
 * keep its reader waiting, as a pipe does, is read aside; for a file, reading aside costs more than the file.
 */
async function readAtMost(path: string, limit: number): Promise<Uint8Array> {
  const stats = statSync(path);
  if (!stats.isFile()) return readAside(path, limit);
  const file = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(Math.min(stats.size, limit) + 1);
    for (let length = 0; ;) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      length += read;
      if (read === 0 || length > limit) return bytes.subarray(0, length);
      if (length === bytes.length) bytes = grown(bytes, limit);
    }
  } finally {
    closeSync(file);
  }
}

async function readAside(path: string, limit: number): Promise<Uint8Array> {
  const { open } = await import('node:fs/promises');
  await using file = await open(path, 'r');
  let bytes = Buffer.allocUnsafe(65_536);
  for (let length = 0; ;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    length += bytesRead;
    if (bytesRead === 0 || length > limit) return bytes.subarray(0, length);
    if (length === bytes.length) bytes = grown(bytes, limit);
  }
}

function grown(bytes: Buffer, limit: number): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes], Math.min(2 * bytes.length + 65_536, limit + 1));
}
