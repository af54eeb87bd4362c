/** A value that JSON can hold. All that crosses into a journal is one. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * `T` as the journal gives it back: a `Date` is a string, functions are gone.
 * Outputs are handed on in this form, in the process that made them too.
 */
export type Stored<T> = T extends Json | undefined
  ? T
  : T extends void
    ? undefined
    : T extends { toJSON(...args: never): infer Plain }
      ? Plain
      : T extends bigint | symbol | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...args: never) => unknown)
        ? never
        : T extends object
          ? { [K in keyof T as T[K] extends (...args: never) => unknown ? never : K]: Stored<T[K]> }
          : never;

/** An object without a prototype, for keys that people chose: `__proto__` is a name like any other. */
export function dictionary<T>(entries?: Iterable<readonly [string, T]>): Record<string, T> {
  const made = Object.create(null) as Record<string, T>;
  if (entries !== undefined) for (const [key, value] of entries) made[key] = value;
  return made;
}
