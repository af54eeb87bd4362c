import { resolve } from 'node:path';
import type { Finding, PhaseToCheck } from '@orch/core/author';
import { findProgram } from './find-program.ts';
import type { FoundProgram } from './find-program.ts';
import { likelyMistakes } from './likely-mistakes.ts';
import { readOptions } from './phase-options.ts';
import type { PhaseOptions } from './phase-options.ts';
import { isBuiltin, isKeyword, plainWords } from './plain-words.ts';
import { statsOf } from './stats-of.ts';
import { maxRefused, syntaxErrors } from './shell-syntax.ts';
import type { ShellText } from './shell-syntax.ts';
import { whyNoCommands } from './wrapper.ts';

export type CommandFinding = Finding & { readonly phase: string };

export interface CheckPlace {
  /** Where relative paths begin. */
  readonly cwd: string;
  readonly path: string | undefined;
  /** Why no command can be run; default: what the system says. */
  readonly impossible?: ReturnType<typeof whyNoCommands>;
}

interface Checked extends PhaseToCheck {
  readonly read: PhaseOptions;
  readonly cwd: string;
}

/** What is wrong with the commands of a plan on this machine: programs, folders, shell syntax, expressions in shell text. */
export async function checkCommands(
  phases: readonly PhaseToCheck[],
  place: CheckPlace,
): Promise<readonly CommandFinding[]> {
  const impossible = place.impossible ?? whyNoCommands();
  if (impossible !== undefined) return phases.slice(0, 1).map(({ phase }) => notPossible(phase, impossible));
  const search = cachedSearch();
  const findings: CommandFinding[] = [];
  const texts: (ShellText & { readonly phase: string })[] = [];
  for (const phase of phases) {
    const read = readOptions(phase.options);
    const checked: Checked = { ...phase, read, cwd: resolve(place.cwd, read.cwd ?? '') };
    findings.push(...checkFolder(checked), ...checkPrograms(checked, place, search));
    for (const mistake of likelyMistakes(phase, read)) {
      const message = `Phase ${JSON.stringify(phase.phase)}: ${mistake.message}`;
      findings.push({ ...mistake, severity: 'warning', phase: phase.phase, message });
    }
    const { command, shell } = read;
    if (typeof command !== 'string') continue;
    if (isTemplate(command)) findings.push(expressionInText(phase));
    else if (plainWords(command) === undefined) texts.push({ phase: phase.phase, shell, text: command });
  }
  const refused = await syntaxErrors(texts);
  const more = refused.length === maxRefused ? ` Only the first ${maxRefused} such commands are looked for.` : '';
  for (const { phase, shell, message } of refused)
    findings.push({
      code: 'ORCH_PLAN_COMMAND_SYNTAX',
      severity: 'error',
      phase,
      path: ['command'],
      message: `Phase ${JSON.stringify(phase)}: ${shell} refuses the command: ${message}`,
      hint: `\`${shell} -n\` reads a script without running it: try it on the text of the command.${more}`,
    });
  return findings;
}

/** Said once: it is true of all of them. */
function notPossible(phase: string, why: { readonly message: string; readonly hint: string }): CommandFinding {
  return { code: 'ORCH_PLAN_COMMAND_NOT_FOUND', severity: 'error', phase, path: ['command'], ...why };
}

function checkFolder({ phase, dependent, read, cwd }: Checked): CommandFinding[] {
  if (read.cwd === undefined || isTemplate(read.cwd) || isFolder(cwd)) return [];
  const message = `Phase ${JSON.stringify(phase)}: there is no folder ${JSON.stringify(read.cwd)}.`;
  return [{ code: 'ORCH_PLAN_CWD', phase, path: ['cwd'], message, ...severityOf(dependent) }];
}

function checkPrograms(checked: Checked, place: CheckPlace, search: typeof findProgram): CommandFinding[] {
  const { command, shell } = checked.read;
  if (typeof command !== 'string') return checkProgram(checked, command[0], ['command', 0], place, search);
  const findings = shell === 'sh' ? [] : checkProgram(checked, shell, ['shell'], place, search);
  const first = firstProgram(command);
  return first === undefined ? findings : [...findings, ...checkProgram(checked, first, ['command'], place, search)];
}

function checkProgram(
  { phase, dependent, read, cwd }: Checked,
  program: string,
  path: Finding['path'],
  place: CheckPlace,
  search: typeof findProgram,
): CommandFinding[] {
  const isPath = program.includes('/');
  if (isUnknown(program, read)) return [];
  // A folder that an earlier phase makes may be missing here; then so is all that stands in it.
  if (isPath && !program.startsWith('/') && dependent && read.cwd !== undefined && !isFolder(cwd)) return [];
  const found = search(program, { cwd, path: read.env['PATH'] ?? place.path });
  if ('path' in found) return [];
  const message = `Phase ${JSON.stringify(phase)}: ${problemText(program, found)}.`;
  const hint = {
    hint: isPath
      ? `Relative paths begin at the working folder of the phase, ${cwd}.`
      : `Install ${program}, or add its folder to PATH.`,
  };
  return [{ code: 'ORCH_PLAN_COMMAND_NOT_FOUND', phase, path, message, ...hint, ...severityOf(isPath && dependent) }];
}

/** Whether only a run can say which program is meant, or where it is looked for. */
function isUnknown(program: string, { cwd, env }: PhaseOptions): boolean {
  if (isTemplate(program)) return true;
  const isRelative = program.includes('/') && !program.startsWith('/');
  return isRelative ? isTemplate(cwd) : !program.includes('/') && isTemplate(env['PATH']);
}

function isTemplate(text: string | undefined): boolean {
  return text?.includes('${{') === true;
}

/** An earlier phase may make what is missing. */
function severityOf(dependent: boolean): { readonly severity: 'error' | 'warning'; readonly hint?: string } {
  return dependent ? { severity: 'warning', hint: 'An earlier phase has to make it.' } : { severity: 'error' };
}

function problemText(program: string, { problem }: Extract<FoundProgram, { problem: string }>): string {
  const name = JSON.stringify(program);
  switch (problem) {
    case 'not-found':
      return `there is no program ${name}`;
    case 'not-executable':
      return `${name} may not be executed`;
    case 'is-folder':
      return `${name} is a folder, not a program`;
  }
}

function expressionInText({ phase }: PhaseToCheck): CommandFinding {
  return {
    code: 'ORCH_PLAN_COMMAND_EXPRESSION',
    severity: 'error',
    phase,
    path: ['command'],
    message: `Phase ${JSON.stringify(phase)}: \${{ }} inside shell text would make data into code.`,
    hint: 'Write the command as a list of words, or hand the value over in a variable of env.',
  };
}

const assignments = /^\s*(?:[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_./:,@%+-]*[ \t]+)*/;
const programText = /^[A-Za-z0-9_./@%+][A-Za-z0-9_./:@%+-]*(?=[\s;&|<>]|$)/;

/** The program that a shell text begins with, where it is plain text and no word of the shell. */
function firstProgram(text: string): string | undefined {
  const [before = ''] = assignments.exec(text) ?? [];
  if (/\bPATH=/.test(before)) return undefined;
  const [word] = programText.exec(text.slice(before.length)) ?? [];
  return word === undefined || isKeyword(word) || isBuiltin(word) || /^\d+$/.test(word) ? undefined : word;
}

function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

/** Plans of thousands of phases use few programs. */
function cachedSearch(): typeof findProgram {
  const known = new Map<string, FoundProgram>();
  return (program, where) => {
    const key = `${program}\0${program.includes('/') ? '' : where.path}\0${where.cwd}`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = findProgram(program, where)));
    return found;
  };
}
