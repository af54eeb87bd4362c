import { writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { planForms } from '../init/plan-forms.ts';
import type { PlanForm } from '../init/plan-forms.ts';
import { renderTemplate, schemaFile } from '../init/render-template.ts';
import { templateNames } from '../init/template-names.ts';
import type { TemplateName } from '../init/template-names.ts';
import { templates } from '../init/templates.ts';
import { wrongUsage } from '../report-error.ts';
import { print, say } from '../streams.ts';
import { harmless, shellWord } from '../view/text.ts';

export interface InitOptions {
  readonly template?: TemplateName;
  readonly force?: boolean;
}

/** Comments stand beside what they are about there. */
const usualFile = 'plan.yaml';
const usualTemplate: TemplateName = 'standard';

/** Writes a plan to begin with. On a terminal asks for what was not said. */
export async function init(given: string | undefined, { template, force = false }: InitOptions): Promise<ExitCode> {
  const asks = given === undefined && template === undefined && isTerminal();
  const chosen = asks ? await ask() : { file: given ?? usualFile, name: template ?? usualTemplate };
  if (chosen === undefined) {
    say('Nothing was written.');
    return exitCodes.interrupt;
  }
  const { file, name } = chosen;
  const form = formOf(file);
  write(file, renderTemplate(templates[name], form), force);
  await print(`${file}\n`);
  const word = shellWord(file);
  const next = [
    `orch validate ${word}`,
    `orch execute ${word}`,
    `orch schema >${schemaFile}   # for editors, beside the plan`,
  ];
  say(`${harmless(basename(file))} is the template ${name}: read its comments, replace its commands. Next:`);
  for (const line of next) say(`  ${harmless(line)}`);
  return exitCodes.done;
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

function formOf(file: string): PlanForm {
  const form = planForms[extname(file).toLowerCase()];
  if (form !== undefined) return form;
  throw wrongUsage({
    message: `${harmless(file)} has none of the endings of plans that are made here: ${Object.keys(planForms).join(', ')}.`,
    hint: 'Choose one of them: orch init plan.yaml',
  });
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')
      throw wrongUsage({
        message: `${harmless(file)} ${code === 'EISDIR' ? 'is a folder' : 'is in no folder that there is'}.`,
        hint: 'Name a file in a folder that is there: orch init plan.yaml',
      });
    if (code !== 'EEXIST') throw error;
    throw wrongUsage({
      message: `There is ${harmless(file)} already: it was left as it is.`,
      hint: `Choose another name, or overwrite it: orch init ${shellWord(harmless(file))} --force`,
    });
  }
}

/** `undefined`: the terminal was left, or its user did. */
async function ask(): Promise<{ readonly file: string; readonly name: TemplateName } | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  questions.once('SIGINT', () => left.abort());
  questions.once('close', () => left.abort());
  const answerTo = async (question: string, usual: string): Promise<string> =>
    (await questions.question(`${question} [${usual}]: `, { signal: left.signal })).trim() || usual;
  try {
    let name: TemplateName | undefined;
    while (name === undefined) {
      const answer = await answerTo(`Template (${templateNames.join(', ')})`, usualTemplate);
      name = templateNames.find((it) => it === answer);
    }
    return { file: await answerTo(`File (${Object.keys(planForms).join(', ')})`, usualFile), name };
  } catch (error) {
    if (left.signal.aborted) return undefined;
    throw error;
  } finally {
    questions.close();
  }
}
