import { harmless } from '../view/text.ts';

/** What `--inputs` names: values, or why there are none. */
export type InputsFile = { readonly values: Readonly<Record<string, unknown>> } | { readonly problem: string };

/** Reads a JSON object from a file, `-` for stdin. What is wrong is told without a word of what stands in it: that may be secret. */
export async function readInputsFile(path: string): Promise<InputsFile> {
  const problem = (what: string): InputsFile => ({ problem: `--inputs ${harmless(path)}: ${what}` });
  let bytes: Uint8Array;
  try {
    // Loaded here: to load it takes a start longer than the rest of this file.
    bytes = path === '-' ? await (stdin ??= readStdin()) : await (await import('node:fs/promises')).readFile(path);
  } catch (error) {
    return problem(`it can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problem('it is not UTF-8');
  }
  try {
    const values: unknown = JSON.parse(text);
    const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
    return isObject ? { values: values as Record<string, unknown> } : problem('it must hold a JSON object');
  } catch (error) {
    // The rest of that message quotes the text.
    const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? [];
    return problem(`it is not JSON${line === undefined ? '' : ` (line ${line}, column ${column})`}`);
  }
}

/** It can be read once only. */
let stdin: Promise<Uint8Array> | undefined;

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
