import type { DescribedSchema, Plugin, PluginHost } from '@orch/core/author';

/** What {@link soundPlugin} is made of; a mutant has one part with a mistake in it. */
export interface PluginParts {
  readonly apply: (host: PluginHost, parts: PluginParts) => unknown;
  readonly schema: DescribedSchema<number>;
  readonly close: () => void | Promise<void>;
}

/** A plugin with one mistake that somebody could make. */
export interface PluginMutant {
  readonly mistake: string;
  /** The case that is there to catch it. Others may, too. */
  readonly by: string;
  /** Called for each case: what a module of the plugin's would do when it is loaded. */
  readonly make: () => Partial<PluginParts> | { readonly plugin: Plugin };
}

/** Notes every attempt of which there is something to note, and retries a phase as often as its option `again` says. */
export function soundPlugin(parts: Partial<PluginParts> = {}): Plugin {
  const all: PluginParts = { apply, schema, close: () => undefined, ...parts };
  return { name: 'again', contract: 1, apply: (host) => all.apply(host, all) as void };
}

function apply(host: PluginHost, parts: PluginParts): void {
  host.onClose(parts.close);
  retryWith(host, host, parts);
}

/** Adds to one host what asks another for the time. */
function retryWith(host: PluginHost, asked: PluginHost, parts: PluginParts): void {
  const again = host.phaseOption('again', parts.schema);
  host.hooks.onError.tap('again', (attempt) =>
    attempt.charged < (attempt.option(again) ?? 0) ? { retryAt: asked.now() } : undefined,
  );
}

type Standard = DescribedSchema<number>['~standard'];

const schema = schemaOf({});

function schemaOf(part: Partial<Standard>): DescribedSchema<number> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (isCount(value) ? { value } : { issues: [{ message: 'must be a count' }] }),
      jsonSchema: { input: () => ({ type: 'integer', minimum: 0 }) },
      ...part,
    },
  };
}

function describedAs(schemaObject: (target: string) => Record<string, unknown>): Partial<PluginParts> {
  return { schema: schemaOf({ jsonSchema: { input: ({ target }) => schemaObject(target) } }) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const never = new Promise<never>(() => {});

export const pluggingMutants: readonly PluginMutant[] = [
  {
    mistake: 'is an instance of a class',
    by: 'P01',
    make() {
      const sound = soundPlugin();
      class Again {
        readonly name = 'again';
        readonly contract = 1;
        apply(host: PluginHost): void {
          sound.apply(host);
        }
      }
      return { plugin: new Again() };
    },
  },
  {
    mistake: 'is made for the next contract',
    by: 'P01',
    make: () => ({ plugin: { ...soundPlugin(), contract: 2 as never } }),
  },
  {
    mistake: 'applies asynchronously',
    by: 'P02',
    make: () => ({ apply: async (host, parts) => apply(host, parts) }),
  },
  {
    mistake: 'taps a hook once something has been loaded',
    by: 'P02',
    make: () => ({
      apply(host, parts) {
        apply(host, parts);
        setImmediate(() => host.hooks.onEvent.tap('late', () => undefined));
      },
    }),
  },
  {
    mistake: 'adds its taps the first time only',
    by: 'P03',
    make() {
      let isApplied = false;
      return {
        apply(host, parts) {
          if (!isApplied) apply(host, parts);
          isApplied = true;
        },
      };
    },
  },
  {
    mistake: 'keeps the host in its module',
    by: 'P04',
    make() {
      let newest: PluginHost;
      return {
        apply(host, parts) {
          newest = host;
          host.onClose(parts.close);
          retryWith(host, { ...host, now: () => newest.now() }, parts);
        },
      };
    },
  },
  {
    mistake: 'counts attempts in its module',
    by: 'P04',
    make() {
      let attempts = 0;
      return {
        apply(host, parts) {
          host.phaseOption('again', parts.schema);
          host.onClose(parts.close);
          host.hooks.onError.tap('again', () => (attempts++ < 1 ? { retryAt: host.now() } : undefined));
        },
      };
    },
  },
  {
    mistake: 'has a tap that throws',
    by: 'P05',
    make: () => ({
      apply(host, parts) {
        apply(host, parts);
        host.hooks.afterPhase.tap('note', () => {
          throw new Error('nothing to note');
        });
      },
    }),
  },
  {
    mistake: 'has a tap that does not settle',
    by: 'P05',
    make: () => ({
      apply(host, parts) {
        apply(host, parts);
        host.hooks.afterPhase.tap({ name: 'note', timeLimitMs: 1 }, () => never);
      },
    }),
  },
  {
    mistake: 'has itself closed for each thing that it adds',
    by: 'P06',
    make: () => ({
      apply(host, parts) {
        apply(host, parts);
        host.onClose(parts.close);
      },
    }),
  },
  { mistake: 'rejects when it is closed', by: 'P06', make: () => ({ close: () => Promise.reject(new Error('busy')) }) },
  {
    mistake: 'closes what all hosts share',
    by: 'P07',
    make() {
      let isOpen = true;
      return {
        apply(host, parts) {
          apply(host, parts);
          host.hooks.afterPhase.tap('note', () => {
            if (!isOpen) throw new Error('it is closed');
          });
        },
        close: () => void (isOpen = false),
      };
    },
  },
  { mistake: 'describes nothing', by: 'P08', make: () => describedAs(() => undefined as never) },
  {
    mistake: 'describes one draft in the words of another',
    by: 'P08',
    make: () => describedAs(() => ({ type: 'array', prefixItems: [{ type: 'integer' }] })),
  },
  {
    mistake: 'names the newer draft always',
    by: 'P08',
    make: () => describedAs(() => ({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'integer' })),
  },
  {
    mistake: 'describes a type that there is not',
    by: 'P08',
    make: () => describedAs(() => ({ anyOf: [{ type: 'int' }] })),
  },
  {
    mistake: 'describes with a pattern that is no text',
    by: 'P08',
    make: () => describedAs(() => ({ properties: { a: { pattern: /^a/ } } })),
  },
  {
    mistake: 'throws where a value is no number',
    by: 'P09',
    make: () => ({
      schema: schemaOf({ validate: (value) => ({ value: Number((value as number).toFixed()) }) }),
    }),
  },
  {
    mistake: 'takes everything',
    by: 'P09',
    make: () => ({ schema: schemaOf({ validate: (value) => ({ value: value as number }) }) }),
  },
  {
    mistake: 'judges asynchronously',
    by: 'P09',
    make: () => ({ schema: schemaOf({ validate: async (value) => schema['~standard'].validate(value) }) }),
  },
  {
    mistake: 'refuses without saying why',
    by: 'P09',
    make: () => ({ schema: schemaOf({ validate: () => ({ issues: [] }) }) }),
  },
  {
    mistake: 'refuses what it is meant to take',
    by: 'P10',
    make: () => ({
      schema: schemaOf({ validate: (value) => (value === 1 ? { value } : { issues: [{ message: 'no' }] }) }),
    }),
  },
  {
    mistake: 'gives back what it would not take',
    by: 'P10',
    make: () => ({
      schema: schemaOf({
        validate: (value) => (isCount(value) ? { value: `${value}` as never } : { issues: [{ message: 'no' }] }),
      }),
    }),
  },
  {
    mistake: 'takes a text for a number',
    by: 'P11',
    make: () => ({
      schema: schemaOf({
        validate: (value) => (isCount(Number(value)) ? { value: Number(value) } : { issues: [{ message: 'no' }] }),
      }),
    }),
  },
];
