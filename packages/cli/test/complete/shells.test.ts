import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../../../../test/hard/need.ts';
import { orchFile, Playground, until } from '../orch-process.ts';

const ground = new Playground();
beforeAll(async () => {
  ground.write('bin/orch', `#!/bin/sh\nexec '${process.execPath}' '${orchFile}' "$@"\n`);
  chmodSync(ground.path('bin/orch'), 0o755);
  ground.plan([
    { name: 'build all', command: 'true' },
    { name: 'it\'s "ok"', command: 'true' },
    { name: 'a:b=c', command: 'true' },
  ]);
  mkdirSync(ground.path('folder'));
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
});
afterAll(() => ground[Symbol.dispose]());

// What is typed is written to a file on Ctrl-X Ctrl-X, once everything before it was carried out. No key that a terminal takes
// for itself may be typed before the shell reads its line: bash has no word of its own for that moment.
const beginnings = {
  bash: `PS1=
dump() { printf '%s' "$READLINE_LINE" >typed.new; mv typed.new typed; }
bind -x '"\\C-x\\C-x": dump'
bind 'set bell-style none'
eval "$(orch completion bash)"
PROMPT_COMMAND='touch ready-bash'
`,
  zsh: `PS1=
autoload -Uz compinit
compinit -u -D
source <(orch completion zsh)
dump() { print -rn -- "$BUFFER" >typed.new; mv typed.new typed }
zle -N dump
bindkey '^X^X' dump
zle-line-init() { touch ready-zsh }
zle -N zle-line-init
unsetopt beep list_beep
`,
} as const;

/** A shell of a person, on a terminal of its own. */
class Typist implements Disposable {
  readonly #child: ReturnType<typeof spawn>;
  readonly #shell: keyof typeof beginnings;

  constructor(shell: keyof typeof beginnings) {
    this.#shell = shell;
    ground.write('rc/.bashrc', beginnings.bash);
    ground.write('rc/.zshrc', beginnings.zsh);
    const program = shell === 'bash' ? `bash --noprofile --rcfile ${ground.path('rc/.bashrc')} -i` : 'zsh -d -i';
    const env = {
      ...process.env,
      PATH: `${ground.path('bin')}:${process.env['PATH']}`,
      ZDOTDIR: ground.path('rc'),
      TERM: 'xterm',
    };
    this.#child = spawn('script', ['-qec', program, '/dev/null'], { cwd: ground.folder, env });
  }

  /** What stands on the command line after Tab. */
  async tab(text: string): Promise<string> {
    const typed = ground.path('typed');
    await until(
      () => existsSync(ground.path(`ready-${this.#shell}`)),
      () => `the start of ${this.#shell}`,
    );
    this.#child.stdin?.write(`${text}\t\u0018\u0018`);
    await until(
      () => existsSync(typed),
      () => `the completion of ${text}`,
    );
    const line = readFileSync(typed, 'utf8');
    rmSync(typed);
    this.#child.stdin?.write('\u0015');
    return line;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

const common: readonly (readonly [string, string])[] = [
  ['orch exec', 'orch execute '],
  ['orch show on', 'orch show one '],
  ['orch execute pl', 'orch execute plan.json '],
  ['orch validate fold', 'orch validate folder/'],
  ['orch execute plan.json --fail', 'orch execute plan.json --fail-fast '],
  ['orch execute plan.json --co', 'orch execute plan.json --con'],
  ['orch execute plan.json --conf', 'orch execute plan.json --config '],
  ['orch execute plan.json --no-conf', 'orch execute plan.json --no-config '],
  ['orch execute plan.json --output pl', 'orch execute plan.json --output plain '],
  ['orch execute plan.json --output=pl', 'orch execute plan.json --output=plain '],
  ['orch logs one bu', 'orch logs one build\\ all '],
  ['orch logs one build\\ ', 'orch logs one build\\ all '],
  ['orch logs one "bu', 'orch logs one "build all" '],
  ["orch logs one 'bu", "orch logs one 'build all' "],
  ['orch show nothing-like-it', 'orch show nothing-like-it'],
  ['orch backup bi', 'orch backup bin/'],
];

describe.each(['bash', 'zsh'] as const)('%s', (shell) => {
  test.runIf(available(shell) && available('script'))(
    'completes as it is typed',
    async () => {
      using typist = new Typist(shell);
      const found: (readonly [string, string])[] = [];
      for (const [text] of common) found.push([text, await typist.tab(text)]);
      expect(found).toEqual(common);
      // Each escapes in its own way; what it makes must be that name to itself.
      const odd = await typist.tab('orch logs one it');
      expect(odd).toMatch(/^orch logs one it\\'s\\ \\"ok\\" $/);
      expect(await typist.tab('orch logs one a')).toBe('orch logs one a:b=c ');
      expect(await typist.tab('orch logs one a:')).toBe('orch logs one a:b=c ');
    },
    300_000,
  );
});
