import { planDurationMs, planDurationSchema } from '@orch/core/author';
import type { DescribedSchema, Json, PhaseOptionSettings, SchemaIssue } from '@orch/core/author';
import { issue, optionSchema } from './option-schema.ts';
import { isOwnVariable } from './own-variables.ts';

/** The options of one phase, read, defaults included. */
export interface PhaseOptions {
  /** Text for a shell, or a program and its arguments. */
  readonly command: string | readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** Runs a command that is text. `sh` is `/bin/sh`. */
  readonly shell: string;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Without output for so long the command is ended. */
  readonly idleTimeoutMs: number | undefined;
  /** Whether processes of the command may outlive it. */
  readonly leaveRunning: boolean;
  readonly onOrphan: 'adopt' | 'kill';
}

/** Of one command: longer scripts belong in a file. */
const maxCommandLength = 1_048_576;
const defaultGraceMs = 5_000;
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The keys of phases that this plugin owns. */
export const optionSchemas: Readonly<Record<string, DescribedSchema<Json>>> = {
  command: optionSchema(
    {
      description: 'What to run: text for a shell, or a list of a program and its arguments.',
      examples: [['make', 'all']],
      anyOf: [
        { type: 'string', minLength: 1, maxLength: maxCommandLength },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
      ],
    },
    checkCommand,
  ),
  env: optionSchema(
    {
      description: 'Variables of the command.',
      examples: [{ CI: '1' }],
      default: {},
      type: 'object',
      propertyNames: { pattern: environmentName.source },
      additionalProperties: { type: 'string' },
    },
    checkEnvironment,
  ),
  cwd: optionSchema(
    {
      description: 'Working folder, from the one of the run.',
      examples: ['packages/web'],
      type: 'string',
      minLength: 1,
    },
    checkFolder,
  ),
  shell: optionSchema(
    {
      description: 'Runs a command that is text.',
      examples: ['bash'],
      type: 'string',
      pattern: String.raw`^\S+$`,
      default: 'sh',
    },
    (value) =>
      isText(value) && value !== '' && !/\s/.test(value)
        ? checkText(value)
        : issue('must be the name or path of a shell.'),
  ),
  grace: optionSchema(
    { description: 'Time between SIGTERM and SIGKILL.', examples: ['30s'], ...planDurationSchema(), default: 5 },
    (value) => (planDurationMs(value) === undefined ? issue(`must be ${durationText}.`) : []),
  ),
  idle_timeout: optionSchema(
    {
      description: 'Ends a command that prints nothing for so long.',
      examples: ['2m'],
      ...planDurationSchema({ aboveZero: true }),
    },
    (value) => ((planDurationMs(value) ?? 0) > 0 ? [] : issue(`must be ${durationText}, above 0.`)),
  ),
  leave_running: optionSchema(
    { description: 'Processes of the command may outlive it.', examples: [true], type: 'boolean', default: false },
    (value) => (typeof value === 'boolean' ? [] : issue('must be true or false.')),
  ),
  on_orphan: optionSchema(
    {
      description: 'What becomes of a command whose orch died.',
      examples: ['kill'],
      enum: ['adopt', 'kill'],
      default: 'adopt',
    },
    (value) => (value === 'adopt' || value === 'kill' ? [] : issue('must be "adopt" or "kill".')),
  ),
};

/**
 * Where `${{ … }}` is expanded: in what is data for the system. Shell text is code. Secrets go where nobody but the process
 * sees them: everybody can read the arguments of a process.
 */
export const optionSettings: Readonly<Record<string, PhaseOptionSettings<Json>>> = {
  command: { templates: Array.isArray },
  env: { templates: () => true, secrets: true },
  cwd: { templates: () => true },
};

/** Reads options that fit their schemas; texts may have been put in the place of expressions since, any texts. */
export function readOptions(options: { readonly [key: string]: Json }): PhaseOptions {
  const { command, env, cwd, shell, grace, idle_timeout: idleTimeout, on_orphan: onOrphan } = options;
  return {
    command: command as PhaseOptions['command'],
    env: (env ?? {}) as PhaseOptions['env'],
    cwd: cwd as string | undefined,
    shell: (shell ?? 'sh') as string,
    graceMs: planDurationMs(grace) ?? defaultGraceMs,
    idleTimeoutMs: planDurationMs(idleTimeout),
    leaveRunning: options['leave_running'] === true,
    onOrphan: onOrphan === 'kill' ? 'kill' : 'adopt',
  };
}

function checkCommand(value: unknown): readonly SchemaIssue[] {
  if (isText(value)) {
    if (value.trim() === '') return issue('must not be empty.');
    if (value.length > maxCommandLength)
      return issue(`must have at most ${maxCommandLength} characters: put a longer script in a file.`);
    return checkText(value);
  }
  if (!Array.isArray(value)) return issue('must be text, or a list of a program and its arguments.');
  if (value.length === 0 || value[0] === '') return issue('must begin with a program.');
  return (value as readonly unknown[]).flatMap((word, at) => {
    if (!isText(word)) return issue('must be text.', at);
    return checkText(word, at);
  });
}

function checkEnvironment(value: unknown): readonly SchemaIssue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return issue('must be an object of texts.');
  return Object.entries(value).flatMap(([name, text]: [string, unknown]) => {
    if (!environmentName.test(name))
      return issue('is no name of a variable: letters, digits and _ only, not beginning with a digit.', name);
    if (isOwnVariable(name)) return issue('is set by orch itself.', name);
    return isText(text) ? checkText(text, name) : issue('must be text.', name);
  });
}

function checkFolder(value: unknown): readonly SchemaIssue[] {
  return isText(value) && value !== '' ? checkText(value) : issue('must be a path.');
}

function checkText(text: string, ...path: (string | number)[]): readonly SchemaIssue[] {
  return text.includes('\0') ? issue('must not hold a NUL character.', ...path) : [];
}

const durationText = 'a number of seconds, or a duration as in "500ms", "5s", "2m"';

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
