/** The backends that a harness tries. */
export const backendKinds = ['json', 'sqlite', 'redis'] as const;
export type BackendKind = (typeof backendKinds)[number];

/** What `--backend` of a harness says; default: `json`. */
export function parseBackendKind(given = 'json'): BackendKind {
  const kind = backendKinds.find((it) => it === given);
  if (kind === undefined) throw new Error(`--backend ${given}: there are ${backendKinds.join(', ')}.`);
  return kind;
}
