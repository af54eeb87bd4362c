import { mkdirSync } from 'node:fs';
import { errorCodes } from '@orch/core/author';
import { expect, test } from 'vitest';
import { commandNamed } from '../src/catalogue.ts';
import { namesCommand, nextCommand } from '../src/next-command.ts';
import { findStatePlace, stateDirectoryIn } from '../src/state-place.ts';
import { Playground } from './orch-process.ts';

test.each<[code: string, args: string[], next: string]>([
  ['ORCH_PLAN_INVALID', ['execute', 'a b.json'], "orch validate 'a b.json'"],
  ['ORCH_PLAN_INVALID', ['recover', 'x', '--plan', 'y.json'], 'orch validate PLAN'],
  ['ORCH_PLAN_NOT_FOUND', ['execute', 'a b.json', '--json'], "orch init 'a b.json'"],
  ['ORCH_PLAN_NOT_FOUND', ['validate', 'plan.YML'], 'orch init plan.YML'],
  ['ORCH_PLAN_NOT_FOUND', ['execute', 'plan.mts'], 'orch execute --help'],
  ['ORCH_PLAN_NOT_FOUND', ['recover', 'x', '--plan', 'y.json'], 'orch recover --help'],
  ['ORCH_PLAN_NOT_FOUND', [], 'orch --help'],
  ['ORCH_PLAN_UNREADABLE', ['validate', 'plan.json', '--state-dir', '/s'], 'orch doctor --state-dir /s'],
  ['ORCH_RUN_UNKNOWN', ['show', 'x', '--state-dir', '/s'], 'orch list --limit 10 --state-dir /s'],
  ['ORCH_RUN_NO_PHASE', ['logs', 'x', 'y', '--state-dir=/s'], 'orch show x --state-dir /s'],
  ['ORCH_RUN_NO_PHASE', ['execute', 'plan.json', '--only', 'y'], 'orch graph plan.json'],
  ['ORCH_RUN_OWNED', ['execute', 'plan.json'], 'orch show plan.json'],
  ['ORCH_RUN_OWNED', [], 'orch show RUN'],
  ['ORCH_PLAN_INVALID', ['graph', 'plan.json'], 'orch validate plan.json'],
  ['ORCH_RUN_NO_CHECKPOINT', ['graph', 'one'], 'orch show one'],
  ['ORCH_INPUT_INVALID', ['run', 'plan.json'], 'orch execute --help'],
  ['ORCH_CONFIG_NOT_FOUND', ['execute', 'plan.json', '--config', 'x'], 'orch execute --help'],
  ['ORCH_CLI_USAGE', ['nonsense'], 'orch --help'],
  ['ORCH_BACKEND_UNKNOWN', ['list', '--backend', 'x'], 'orch doctor'],
  ['ORCH_BACKEND_UNAVAILABLE', ['list', '--backend', 'redis'], 'orch doctor'],
  ['ORCH_BACKEND_UNAVAILABLE', ['list', '--backend=redis://h:1'], 'orch doctor --backend redis://h:1'],
  ['ORCH_BACKEND_UNAVAILABLE', ['list', '--backend', 'redis://:hush@h:1'], 'orch doctor'],
  ['ORCH_BACKEND_UNAVAILABLE', ['list', '--backend', 'sqlite:a b'], "orch doctor --backend 'sqlite:a b'"],
  ['ORCH_BACKEND_UNKNOWN', ['list', '--backend', 'x:y'], 'orch doctor'],
  ['ORCH_JOURNAL_DAMAGED', ['show', '--json'], 'orch doctor'],
])('after %s of orch %j: %s', (code, args, next) => {
  expect(nextCommand(code, args)).toBe(next);
});

test('after a plan that is missing comes the one of its name that there is, in another form', () => {
  using ground = new Playground();
  const [missing, there] = [ground.path('my plan.json'), ground.write('my plan.yaml', '')];
  expect(nextCommand('ORCH_PLAN_NOT_FOUND', ['run', missing])).toBe(`orch execute '${there}'`);
  expect(nextCommand('ORCH_PLAN_NOT_FOUND', ['validate', ground.path('my plan')])).toBe(`orch validate '${there}'`);
  const folder = ground.path('folder');
  mkdirSync(folder);
  ground.write('folder.json', '');
  expect(nextCommand('ORCH_PLAN_NOT_FOUND', ['execute', folder])).toBe('orch execute --help');
});

test.each([
  ['list', undefined],
  ['list --state-dir a', 'a'],
  ['list --state-dir=b', 'b'],
  ['list --state-dir a --state-dir b', 'b'],
  ['list --state-dir=a --state-dir b', 'b'],
  ['list --state-dir', undefined],
  ['list --state-dir=', undefined],
])('orch %s: state in %s, also for the command to call next', (given, directory) => {
  const args = given.split(' ');
  expect(stateDirectoryIn(args)).toBe(directory);
  expect(nextCommand('ORCH_RUN_UNKNOWN', args)).toBe(`orch list --limit 10${findStatePlace(directory).flag}`);
});

test('every error has one, of a command that there is', () => {
  for (const code of Object.keys(errorCodes)) {
    const [orch, word = ''] = nextCommand(code, []).split(' ');
    expect({ code, orch, is: word === '--help' || commandNamed(word) !== undefined }).toEqual({
      code,
      orch: 'orch',
      is: true,
    });
  }
});

test('words that name a command need no other', () => {
  expect(namesCommand('See what it did: orch show one')).toBe(true);
  expect(namesCommand('See: `orch list`.')).toBe(true);
  expect(namesCommand('A bug in orch: report it.')).toBe(false);
  expect(namesCommand('orch shows nothing')).toBe(false);
});
