const registry = process.env['REGISTRY'] ?? 'https://registry.example';

export interface Publication {
  readonly name: string;
  readonly version: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** The same at every try to publish this package in this run. */
  readonly idempotencyKey: string;
}

/** Publishes a package, unless that version of it is there: called again after a failure, it goes on where it stopped. */
export async function publish({ name, version, token, signal, idempotencyKey }: Publication): Promise<void> {
  const place = `${registry}/${name}/${version}`;
  const { ok: isThere } = await fetch(place, { method: 'HEAD', signal });
  if (isThere) return;
  const headers = { 'x-token': token, 'idempotency-key': idempotencyKey };
  const { ok, status } = await fetch(place, { method: 'PUT', signal, headers });
  if (!ok) throw new Error(`${name}: the registry answered with ${status}`);
}
