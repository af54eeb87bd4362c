/** What a name stands for. */
export type Kind = 'plugin' | 'preset';

/** The package or file that a name in a config means; `undefined`: it can be the name of none. */
export function specifierOf(name: string, kind: Kind): string | undefined {
  if (/^(?:\.{1,2}\/|\/|file:\/\/\/)/.test(name)) return name;
  const prefix = `orch-${kind}`;
  const [, scope, rest = ''] = /^(@[a-z0-9~-][\w.~-]*)(?:\/([a-z0-9~-][\w.~-]*))?$/.exec(name) ?? [];
  if (scope !== undefined) {
    if (rest === '') return `${scope}/${prefix}`;
    // Those of orch itself have its name in their scope.
    const isWhole = scope === '@orch' || rest === prefix || rest.startsWith(`${prefix}-`);
    return isWhole ? name : `${scope}/${prefix}-${rest}`;
  }
  if (!/^[a-z0-9~-][\w.~-]*$/.test(name)) return undefined;
  return name.startsWith(`${prefix}-`) ? name : `${prefix}-${name}`;
}
