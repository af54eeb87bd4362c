import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, PhaseToCheck } from '@orch/core/author';
import { checkCommands } from '../src/check-commands.ts';
import { isSelfContained } from '../src/self-contained.ts';
import { syntaxErrors } from '../src/shell-syntax.ts';
import { emptyFolder } from './harness.ts';

function phase(
  command: Json,
  more: { dependent?: boolean; name?: string; options?: Record<string, Json> } = {},
): PhaseToCheck {
  return { phase: more.name ?? 'a', dependent: more.dependent ?? false, options: { command, ...more.options } };
}

async function codesOf(...phases: PhaseToCheck[]): Promise<string[]> {
  const found = await checkCommands(phases, { cwd: process.cwd(), path: process.env['PATH'] });
  return found.map(({ phase: name, severity, code, path }) => `${name} ${severity} ${code} ${path.join('.')}`);
}

describe('programs', () => {
  test.each<[Json, boolean, string[]]>([
    ['no-such-program', false, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command']],
    ['no-such-program', true, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command']],
    ['A=1 B=$x no-such-program', false, []],
    ['A=1 B=2 no-such-program --flag', false, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command']],
    ['PATH=/x no-such-program', false, []],
    ['no-such-program; date', false, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command']],
    ['./no/such', false, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command']],
    ['./no/such', true, ['a warning ORCH_PLAN_COMMAND_NOT_FOUND command']],
    [['no-such-program'], true, ['a error ORCH_PLAN_COMMAND_NOT_FOUND command.0']],
    [['./no/such'], true, ['a warning ORCH_PLAN_COMMAND_NOT_FOUND command.0']],
    ['if true; then no-such-program; fi', false, []],
    ['(no-such-program)', false, []],
    ['"no such"', false, []],
    ['$PROGRAM', false, []],
    ['no_such_function() { true; }; no_such_function', false, []],
    ['cd /tmp && no-such-program', false, []],
    ['2>/dev/null ls', false, []],
    ['! no-such-program', false, []],
    ['ls', false, []],
    [['ls', 'no-such-program'], false, []],
  ])('%j, dependent: %s', async (command, dependent, expected) => {
    expect(await codesOf(phase(command, { dependent }))).toEqual(expected);
  });

  test('found from cwd and by the PATH of the phase; a missing folder is one finding', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'bin'));
    writeFileSync(join(cwd, 'bin/own-tool'), '#!/bin/sh\n');
    chmodSync(join(cwd, 'bin/own-tool'), 0o755);
    const place = { cwd, path: process.env['PATH'] };
    const good = [
      phase('./own-tool', { options: { cwd: 'bin' } }),
      phase('own-tool', { options: { env: { PATH: join(cwd, 'bin') } } }),
    ];
    expect(await checkCommands(good, place)).toEqual([]);
    const missing = await checkCommands(
      [phase('ls', { options: { cwd: 'sub' } }), phase('./x', { dependent: true, options: { cwd: 'sub' } })],
      place,
    );
    expect(missing.map(({ code, severity }) => [code, severity])).toEqual([
      ['ORCH_PLAN_CWD', 'error'],
      ['ORCH_PLAN_CWD', 'warning'],
    ]);
  });
});

describe('syntax', () => {
  test('each culprit is named, wherever it stands', async () => {
    const good = [
      'ls; ls',
      "echo 'a b' # it's",
      'cat <<E\nx\nE',
      'for i in 1 2; do echo $i; done',
      'case x in x) ls;; esac',
      'x=$(date) && echo "$x $(uname)"',
    ];
    const bad = [
      'if ls',
      'echo "a',
      "echo 'a",
      'ls )',
      '} ; ls',
      '(ls',
      '{ ls',
      'ls ) ; ( ls',
      'ls; }; { ls',
      'echo $((1+',
      'echo ${x-',
      'echo `ls',
      'ls &&',
      'case x in',
      'then ls; fi',
      'ls | | ls',
      'f()',
    ];
    const names = [...good, ...bad, ...good];
    const phases = names.map((text, at) => phase(text, { name: `${at}` }));
    const findings = await checkCommands(phases, { cwd: process.cwd(), path: process.env['PATH'] });
    const culprits = findings
      .filter(({ code }) => code === 'ORCH_PLAN_COMMAND_SYNTAX')
      .map(({ phase: at }) => names[Number(at)]);
    expect(new Set(culprits)).toEqual(new Set(bad));
    expect(culprits).toHaveLength(bad.length);
    expect(findings[0]?.message).toMatch(/Phase "\d+": sh refuses the command: /);
  });

  test('an expression in shell text is an error of its own', async () => {
    expect(await codesOf(phase('echo ${{ inputs.name }}'))).toEqual(['a error ORCH_PLAN_COMMAND_EXPRESSION command']);
  });

  test('what only a run can know is not looked for', async () => {
    expect(await codesOf(phase(['${{ inputs.tool }}', 'x']))).toEqual([]);
    expect(await codesOf(phase(['./no-such-tool'], { options: { cwd: '${{ inputs.folder }}' } }))).toEqual([]);
    expect(await codesOf(phase(['no-such-tool'], { options: { env: { PATH: '${{ inputs.path }}' } } }))).toEqual([]);
    expect(await codesOf(phase(['no-such-tool'], { options: { cwd: '${{ inputs.folder }}' } }))).toEqual([
      'a error ORCH_PLAN_COMMAND_NOT_FOUND command.0',
    ]);
    expect(await codesOf(phase(['/no/such/tool'], { options: { env: { PATH: '${{ inputs.path }}' } } }))).toEqual([
      'a error ORCH_PLAN_COMMAND_NOT_FOUND command.0',
    ]);
  });

  test('other shells: bash is asked, what can not be asked is left alone', async () => {
    expect(await codesOf(phase('a=(1 2); [[ x ]] && echo ${a[1]}', { options: { shell: 'bash' } }))).toEqual([]);
    expect(await codesOf(phase('[[ x', { options: { shell: 'bash' } }))).toEqual([
      'a error ORCH_PLAN_COMMAND_SYNTAX command',
    ]);
    expect(await codesOf(phase('print("a"', { options: { shell: 'env' } }))).toEqual([]);
  });

  test('more than one argument holds', async () => {
    expect(await syntaxErrors([{ shell: 'sh', text: `: ${'x'.repeat(200_000)}; if` }])).toHaveLength(1);
    expect(await syntaxErrors([{ shell: 'sh', text: `: ${'x'.repeat(200_000)}; ls` }])).toEqual([]);
  });

  test('a hundred wrong ones are enough', async () => {
    const texts = Array.from({ length: 2_000 }, () => ({ shell: 'sh', text: 'if then 1' }));
    expect(await syntaxErrors(texts)).toHaveLength(100);
  });

  test('a shell beside the plan is not run', async () => {
    const folder = emptyFolder();
    const shell = join(folder, 'sh');
    writeFileSync(shell, `#!/bin/sh\ntouch '${join(folder, 'ran')}'\nexit 1\n`, { mode: 0o755 });
    expect(await syntaxErrors([{ shell, text: 'if' }])).toEqual([]);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('10,000 commands take a few shells', async () => {
    const phases = Array.from({ length: 10_000 }, (_, n) =>
      phase(`echo "step ${n}" && test -n "$HOME" || { echo no >&2; exit 1; }`),
    );
    expect(phases.every(({ options }) => isSelfContained(options['command'] as string))).toBe(true);
    const before = performance.now();
    expect(await codesOf(...phases)).toEqual([]);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  // The point of the joint check: it must never accept what one check refuses.
  test('together accepted means accepted each', async () => {
    const pieces = [
      'a',
      "'",
      '"',
      "'b'",
      '"c $x"',
      '$(d)',
      '${e}',
      '(',
      ')',
      '{',
      '}',
      ';',
      '\n',
      '|',
      '&&',
      'if',
      'then',
      'fi',
      'do',
      'done',
      'for i in 1',
      'while f',
      'case x in',
      'x)',
      ';;',
      'esac',
      '#',
      '\\',
      '`',
      '<',
      '>',
      '=',
      '$((',
      '))',
      'g()',
      '!',
      '[',
      ' ',
      '<<E',
      'E',
      '&',
      '\\\n',
      '$(',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((some) => some.join(' '));
    const tight = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }).map((some) => some.join(''));
    const texts = fc.sample(fc.oneof(text, tight), { numRuns: 700, seed: 7 }).filter(isSelfContained);
    expect(texts.length).toBeGreaterThan(150);
    for (const shell of ['sh', 'bash']) {
      const alone = new Map(texts.map((it) => [it, spawnSync(shell, ['-n', '-c', it]).status === 0]));
      let accepted = 0;
      for (let at = 0; at + 1 < texts.length; at += 2) {
        const pair = [texts[at]!, texts[at + 1]!];
        const refused = await syntaxErrors(pair.map((it) => ({ shell, text: it })));
        const names = new Set(refused.map((it) => it.text));
        for (const it of pair) expect([it, names.has(it)]).toEqual([it, !alone.get(it)]);
        accepted += 2 - names.size;
      }
      expect(accepted).toBeGreaterThan(20);
    }
  }, 120_000);
});
