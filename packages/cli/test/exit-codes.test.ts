import { errorCodes } from '@orch/core/author';
import { expect, test } from 'vitest';
import { exitCodes, rootHelp } from '../src/catalogue.ts';
import { exitCodeOf, exitCodeOfRun, worstOf } from '../src/exit-codes.ts';

test.each([
  ['ORCH_PLAN_UNKNOWN_DEP', exitCodes.usage],
  ['ORCH_PLAN_NOT_FOUND', exitCodes.notFound],
  ['ORCH_PLAN_UNREADABLE', exitCodes.damaged],
  ['ORCH_RUN_UNKNOWN', exitCodes.notFound],
  ['ORCH_RUN_NO_CHECKPOINT', exitCodes.notFound],
  ['ORCH_RUN_OWNED', exitCodes.driven],
  ['ORCH_RUN_AMBIGUOUS', exitCodes.usage],
  ['ORCH_WORKFLOW_CHANGED', exitCodes.usage],
  ['ORCH_INPUT_INVALID', exitCodes.usage],
  ['ORCH_INPUT_SECRET_MISSING', exitCodes.usage],
  ['ORCH_LANGUAGE_MISSING', exitCodes.usage],
  ['ORCH_OPTION_INVALID', exitCodes.usage],
  ['ORCH_EXECUTOR_ANSWER', exitCodes.phaseFailed],
  ['ORCH_EXECUTOR_FAILED', exitCodes.damaged],
  ['ORCH_RUN_NOTHING_SELECTED', exitCodes.usage],
  ['ORCH_JOURNAL_DAMAGED', exitCodes.damaged],
  ['ORCH_BACKEND_UNAVAILABLE', exitCodes.damaged],
  ['ORCH_CLI_STDOUT', exitCodes.damaged],
  ['ORCH_INTERNAL', exitCodes.damaged],
  ['ORCH_SOMETHING_NEW', exitCodes.damaged],
])('%s ends with %i', (code, exitCode) => {
  expect(exitCodeOf(code)).toBe(exitCode);
});

test('no error ends with 0', () => {
  for (const code of Object.keys(errorCodes)) expect(exitCodeOf(code), code).not.toBe(exitCodes.done);
});

test.each([
  ['completed', undefined, 0],
  ['failed', 'phases', 1],
  ['failed', 'timeout', 124],
  ['cancelled', undefined, 1],
  ['waiting', undefined, 6],
  ['interrupted', undefined, 5],
])('a run that is %s (%s) ends with %i', (status, reason, exitCode) => {
  expect(exitCodeOfRun(status, reason)).toBe(exitCode);
});

test('of several codes the worst counts', () => {
  expect(worstOf([])).toBe(0);
  for (const code of Object.values(exitCodes)) expect(worstOf([exitCodes.done, code, exitCodes.done])).toBe(code);
  expect(worstOf([exitCodes.waiting, exitCodes.damaged, exitCodes.phaseFailed])).toBe(exitCodes.damaged);
  expect(worstOf([exitCodes.damaged, exitCodes.interrupt])).toBe(exitCodes.interrupt);
});

test('help names every exit code', () => {
  for (const code of Object.values(exitCodes)) expect(rootHelp()).toMatch(new RegExp(`^ +${code} `, 'm'));
});
