import type { Argument, Command, Option } from 'commander';

/** What is being typed at the end of a command line. */
export type Spot =
  | { readonly kind: 'flag' }
  | ({
      readonly kind: 'value';
      /** What of the word stands before the value, as in `--output=`. */ readonly before: string;
    } & Value)
  | { readonly kind: 'nothing' };

export interface Value {
  /** How help calls it, as in `<run>`. */
  readonly name: string;
  /** All that there are. */
  readonly choices: readonly string[] | undefined;
}

export interface Line {
  readonly spot: Spot;
  /** What was said before. */
  readonly positional: readonly string[];
  /** By long name, as in `--state-dir`; of several of one name the last. */
  readonly options: ReadonlyMap<string, string>;
}

/** Reads the words behind the name of a command, by its definition; the last one is being typed. */
export function findSpot(command: Command, words: readonly string[]): Line {
  const earlier = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const positional: string[] = [];
  const options = new Map<string, string>();
  let open: Option | undefined;
  let flags = true;
  for (const word of earlier) {
    if (open !== undefined) {
      options.set(open.long ?? '', word);
      open = undefined;
    } else if (flags && word === '--') flags = false;
    else if (flags && word.length > 1 && word.startsWith('-')) {
      const [, name = word, value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
      const option = optionCalled(command, name);
      if (value !== undefined) options.set(name, value);
      else if (option?.required === true) open = option;
    } else positional.push(word);
  }
  return { spot: spotOf(command, { current, open, flags, count: positional.length }), positional, options };
}

interface Current {
  readonly current: string;
  /** The option whose value comes next. */
  readonly open: Option | undefined;
  readonly flags: boolean;
  /** How many words that are no options came before. */
  readonly count: number;
}

function spotOf(command: Command, { current, open, flags, count }: Current): Spot {
  if (open !== undefined) return { kind: 'value', before: '', ...valueOf(open) };
  const [, before = '', name = ''] = /^((--[^=]+)=)/.exec(flags ? current : '') ?? [];
  if (before !== '') {
    const option = optionCalled(command, name);
    return option?.required === true ? { kind: 'value', before, ...valueOf(option) } : { kind: 'nothing' };
  }
  if (flags && current.startsWith('-')) return { kind: 'flag' };
  const argument = command.registeredArguments[count];
  return argument === undefined ? { kind: 'nothing' } : { kind: 'value', before: '', ...argumentValue(argument) };
}

function optionCalled(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}

function valueOf({ flags, argChoices }: Option): Value {
  return { name: /<([^>]+)>/.exec(flags)?.[1] ?? '', choices: argChoices };
}

function argumentValue(argument: Argument): Value {
  return { name: argument.name(), choices: argument.argChoices };
}
