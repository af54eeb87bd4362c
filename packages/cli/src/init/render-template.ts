import type { Json } from '@orch/core';
import type { PlanForm } from './plan-forms.ts';
import type { Template, TemplatePart } from './templates.ts';

/** Beside a plan, where its editor finds what it may say. */
export const schemaFile = 'plan.schema.json';
const schema = `./${schemaFile}`;

/** The text of a plan. */
export function renderTemplate(template: Template, form: PlanForm): string {
  switch (form) {
    case 'json':
      return inJson(template);
    case 'jsonc':
      return inJsonc(template);
    case 'yaml':
      return inYaml(template);
  }
}

/** JSON has no comments: they stand in a key that orch leaves alone. */
function inJson({ about, head, phases }: Template): string {
  const told = ({ comment, value }: TemplatePart): object => ({ $comment: comment, ...value });
  const plan = { $schema: schema, $comment: about, ...head };
  return `${jsonOf({ ...plan, phases: phases.map(told) })}\n`;
}

/** Lists of words on one line, as people write them. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /\[\n +([^[\]{}]*?)\n +\]/g,
    (_, items: string) => `[${items.replaceAll(/\n +/g, ' ')}]`,
  );
}

function inJsonc({ about, head, phases }: Template): string {
  const keys = Object.entries({ $schema: schema, ...head });
  const lines = keys.map(([key, value]) => `  ${JSON.stringify(key)}: ${indented(value, 2)},`);
  const parts = phases.map(({ comment, value }) => `${commented('//', comment, 4)}\n    ${indented(value, 4)}`);
  return [commented('//', about, 0), '{', ...lines, '  "phases": [', parts.join(',\n'), '  ]', '}', ''].join('\n');
}

function indented(value: Json, by: number): string {
  return jsonOf(value).replaceAll('\n', `\n${' '.repeat(by)}`);
}

function inYaml({ about, head, phases }: Template): string {
  const lines = [`# yaml-language-server: $schema=${schema}`, commented('#', about, 0)];
  for (const [key, value] of Object.entries(head)) lines.push(...yamlOf(key, value, 0));
  lines.push('phases:');
  for (const { comment, value } of phases) {
    const [first = '', ...rest] = Object.entries(value).flatMap(([key, it]) => yamlOf(key, it, 4));
    lines.push(commented('#', comment, 2), `  - ${first.trimStart()}`, ...rest);
  }
  return `${lines.join('\n')}\n`;
}

/** Objects in lines of their own, all else as JSON, which is YAML too. */
function yamlOf(key: string, value: Json, by: number): string[] {
  const head = `${' '.repeat(by)}${key}:`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${head} ${scalar(value)}`];
  return [head, ...Object.entries(value).flatMap(([name, it]) => yamlOf(name, it, by + 2))];
}

/** Words that no reader of YAML takes for anything else stand without quotes; in single ones nothing has to be escaped. */
function scalar(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(scalar).join(', ')}]`;
  if (typeof value !== 'string') return JSON.stringify(value);
  if (/^[a-z][a-z-]+$/.test(value) && !/^(true|false|null|yes|no|on|off)$/.test(value)) return value;
  return /^[\x20-\x26\x28-\x7E]+$/.test(value) ? `'${value}'` : JSON.stringify(value);
}

/** Lines of a comment that fit into 80 columns. */
function commented(mark: string, text: string, by: number): string {
  const before = `${' '.repeat(by)}${mark} `;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && before.length + line.length + 1 + word.length > 80) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((it) => before + it).join('\n');
}
