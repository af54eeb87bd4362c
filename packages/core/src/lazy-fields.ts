const sourceKey = Symbol('source');

interface HasSource<Source> {
  readonly [sourceKey]: Source;
}

type Computed<Source, Fields> = { readonly [Key in keyof Fields]: (source: Source) => Fields[Key] };

/**
 * Answers with a function that adds fields to an object, each computed whenever it is read. They are own and enumerable:
 * a copy of the object has them too. All objects share the same getters: a getter in an object literal makes a hidden
 * class for each single object, a kilobyte that only a full collection of garbage frees.
 */
export function lazyFields<Source, Fields extends object>(
  computed: Computed<Source, Fields>,
): <Target extends object>(target: Target, source: Source) => Target & Readonly<Fields> {
  const getters = Object.entries<(source: Source) => unknown>(computed).map(([name, compute]) => {
    const get = function (this: HasSource<Source>): unknown {
      return compute(this[sourceKey]);
    };
    return { name, get, enumerable: true, configurable: true };
  });
  return <Target extends object>(target: Target, source: Source) => {
    Object.defineProperty(target, sourceKey, { value: source });
    // Not taken apart by a pattern: that makes an iterator for each.
    for (const getter of getters) Object.defineProperty(target, getter.name, getter);
    return target as Target & Readonly<Fields>;
  };
}
