#!/usr/bin/env node
// Validates, executes, recovers and reports through the orch command, for those who read through a pipe with a limit.
// What is printed is at most 16 KiB on each stream; the exit code is that of orch. Needs nothing but Node and the orch command:
// it is copied into other projects, where there are no packages of orch to import from.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const usage = `Usage: node orchestrate.mjs COMMAND [options of orch]

  validate PLAN   everything that is wrong with a plan
  execute PLAN    validate, start a run and wait for its end; --run-id ID names it
  start PLAN      validate, start a run in the background and come back; needs --run-id ID
  recover RUN     go on after a crash or a failure, and wait for the end; --from PHASE, --plan PLAN
  report RUN      how a run stands: phases, failures with the end of their logs, the next command

Exit codes are those of orch (orch --help); 127: there is no orch.`;

const mostBytes = 16 * 1024;
/** For the line that says what is left out, and the end of the last line. */
const bytesOfNote = 64;
/** What a run that is started apart may take to write its first event. */
const patienceMs = 30_000;
const lookEveryMs = 200;
const mostFailures = 5;
const mostNames = 10;
const logLines = 15;

const [command, ...args] = process.argv.slice(2);
const commands = { validate, execute, start, recover, report };
process.exitCode = Object.hasOwn(commands, command ?? '') ? await commands[command](args) : sayUsage(2);

function sayUsage(exitCode) {
  console.error(usage);
  return exitCode;
}

function validate(words) {
  return pass(orch(['validate', ...words]));
}

function execute(words) {
  return pass(orch(['execute', ...words, '--output', 'summary']));
}

function recover(words) {
  return pass(orch(['recover', ...words, '--output', 'summary']));
}

/** Leaves orch running in a session of its own: whoever called this may end. */
async function start(words) {
  const id = words[words.indexOf('--run-id') + 1];
  if (!words.includes('--run-id') || id === undefined) return sayUsage(2);
  const named = [id, ...stateOf(words)];
  if (orch(['show', ...named]).status === 0) {
    console.error(`There is a run ${id} already. Go on with it: recover ${named.join(' ')}; or take another id.`);
    return 2;
  }
  const file = join(mkdtempSync(join(tmpdir(), 'orch-start-')), 'output');
  const output = openSync(file, 'a');
  const child = spawn(findOrch(), ['execute', ...words, '--output', 'summary'], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let ended;
  child.on('exit', (code) => (ended = code ?? 1)).on('error', () => (ended = 127));
  const before = Date.now();
  while (ended === undefined && Date.now() - before < patienceMs) {
    await wait(lookEveryMs);
    if (orch(['show', ...named]).status !== 0) continue;
    child.unref();
    console.log(`Run ${id} is driven by process ${child.pid}. Its last words will stand in ${file}.`);
    console.log(`Follow it: orch watch ${named.join(' ')} --output summary; or look: report ${named.join(' ')}`);
    return 0;
  }
  console.error(bounded(readFileSync(file, 'utf8')));
  child.unref();
  if (ended === undefined)
    console.error(`Process ${child.pid} has not begun run ${id} yet. What it says stands in ${file}.`);
  return ended ?? 1;
}

/** What a command line says of the place of a run, for another command on it. */
function stateOf(words) {
  return words.flatMap((word, at) => {
    if (word === '--no-config' || /^--(?:state-dir|backend|config)=/.test(word)) return [word];
    return ['--state-dir', '--backend', '--config'].includes(word) ? words.slice(at, at + 2) : [];
  });
}

/** Says how a run stands, and ends as the run did. */
function report(words) {
  const shown = orch(['show', ...words, '--json']);
  if (shown.status !== 0) return pass(shown);
  const run = JSON.parse(shown.stdout);
  const state = stateOf(words);
  const statuses = [...new Set(run.phases.map(({ status }) => status))];
  const withStatus = (status) => run.phases.filter((phase) => phase.status === status);
  const lines = [
    `Run ${run.runId} of ${run.workflow} is ${run.status}${run.reason === undefined ? '' : ` (${run.reason})`}.`,
  ];
  for (const status of statuses)
    lines.push(`${status}: ${withStatus(status).length} of ${run.phases.length}: ${namesOf(withStatus(status))}`);
  const failed = withStatus('failed').filter(({ forgiven }) => forgiven !== true);
  for (const phase of failed.slice(0, mostFailures)) lines.push('', ...failureOf(run.runId, phase, state));
  if (failed.length > mostFailures) lines.push('', `and ${failed.length - mostFailures} more failed.`);
  const next = run.status === 'running' ? `orch watch ${run.runId} --output summary` : `orch recover ${run.runId}`;
  if (run.status !== 'completed') lines.push('', `Next: ${[next, ...state].join(' ')}`);
  console.log(bounded(lines.join('\n')));
  return exitCodeOf(run);
}

/** As `orch watch` would end; 0 of a run that goes on. */
function exitCodeOf({ status, reason }) {
  const codes = { completed: 0, running: 0, waiting: 6, interrupted: 130 };
  return codes[status] ?? (reason === 'timeout' ? 124 : 1);
}

function namesOf(phases) {
  const names = phases.slice(0, mostNames).map(({ name }) => name);
  return `${names.join(', ')}${phases.length > mostNames ? ', …' : ''}`;
}

function failureOf(runId, { name, attempts, error }, state) {
  const last = attempts.at(-1);
  const why = error ?? last?.error ?? {};
  const lines = [
    `${name} failed${last === undefined ? '' : ` in attempt ${last.attempt}`}: ${why.message ?? ''} [${why.code}]`,
  ];
  if (why.hint !== undefined) lines.push(`  ${why.hint}`);
  if (error !== undefined || last === undefined) return lines;
  const log = orch(['logs', runId, name, '--tail', String(logLines), ...state]).stdout;
  return [
    ...lines,
    ...log
      .trimEnd()
      .split('\n')
      .map((line) => `  | ${[...line].slice(0, 300).join('')}`),
  ];
}

/** Runs orch to its end, without a terminal and with nothing on stdin. */
function orch(words) {
  const { status, signal, stdout, stderr, error } = spawnSync(findOrch(), words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1024 ** 3,
  });
  if (error !== undefined) throw error;
  return { status: status ?? 128 + constants.signals[signal], stdout, stderr };
}

/** In node_modules of this folder or one above it, else on PATH. */
function findOrch() {
  const folders = [...above(process.cwd()), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders
    .map((folder) => join(folder, 'orch'))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  console.error('There is no orch, on PATH or in node_modules. Install it: npm install --global @orch/cli');
  process.exit(127);
}

function above(folder) {
  const here = join(folder, 'node_modules', '.bin');
  return dirname(folder) === folder ? [here] : [here, ...above(dirname(folder))];
}

/** Hands on what orch said, and what it ended with. */
function pass({ status, stdout, stderr }) {
  if (stdout !== '') console.log(bounded(stdout.trimEnd()));
  if (stderr !== '') console.error(bounded(stderr.trimEnd()));
  return status;
}

/** The beginning and the end of a long text: the end has the summary and the next command. */
function bounded(text) {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return text;
  const half = (mostBytes - bytesOfNote) / 2;
  let from = half;
  while (isWithinCharacter(bytes[from])) from--;
  let to = bytes.length - half;
  while (isWithinCharacter(bytes[to])) to++;
  return `${bytes.toString('utf8', 0, from)}\n… ${to - from} bytes are left out …\n${bytes.toString('utf8', to)}`;
}

/** In UTF-8 all bytes of a character but its first begin with the bits 10. */
function isWithinCharacter(byte) {
  return (byte & 0xc0) === 0x80;
}
