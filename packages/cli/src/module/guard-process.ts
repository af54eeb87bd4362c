import { Writable } from 'node:stream';
import { Console } from 'node:console';
import { orchError } from '@orch/core/author';
import { tell } from '../streams.ts';
import { harmless } from '../view/text.ts';
import { listenForStrayErrors } from './stray-errors.ts';

let isGuarded = false;

/**
 * Before code of others runs in this process: `process.exit` throws, for it would end a run without a word, and maybe with
 * 0; and what `console` prints goes to people, for stdout carries data.
 */
export function guardProcess(): void {
  if (isGuarded) return;
  isGuarded = true;
  process.exit = (code) => {
    throw orchError({
      code: 'ORCH_MODULE_EXIT',
      message: `process.exit(${code === undefined || code === null ? '' : String(code)}) was called: it does not end orch.`,
      hint: 'Throw an error instead: what called it fails then, and orch says why.',
    });
  };
  listenForStrayErrors();
  routeConsole();
}

function routeConsole(): void {
  let rest = '';
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(harmless(line));
      done();
    },
  });
  const people = new Console({ stdout: sink, stderr: sink, colorMode: false });
  for (const [name, method] of Object.entries(people) as [keyof Console, unknown][])
    if (typeof method === 'function' && name !== 'Console') Object.assign(console, { [name]: method });
}
