// Everything that workflows can do, on every backend, by the real command line: it works, it fails as it should, and it
// survives kill -9 in the middle.
import { afterAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../scripts/trial/trial-backend.ts';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';
import type { TrialBackend } from '../../scripts/trial/trial-backend.ts';
import { dataFeatures } from './features/data.ts';
import { cells } from './features/feature.ts';
import type { Feature, Try } from './features/feature.ts';
import { flowFeatures } from './features/flow.ts';
import { goingBackFeatures } from './features/going-back.ts';
import { Ground } from './features/ground.ts';
import { retryFeatures } from './features/retries.ts';
import { available } from './need.ts';

const features: readonly Feature[] = [...dataFeatures, ...flowFeatures, ...retryFeatures, ...goingBackFeatures];
const kinds: readonly BackendKind[] = available('redis') ? ['json', 'sqlite', 'redis'] : ['json', 'sqlite'];

/** What each cell came to, for the table. */
const results = new Map<string, string>();
const idOf = (feature: Feature, kind: string, cell: string): string => `${feature.name} ${kind} ${cell}`;

const backends = new Map<BackendKind, Promise<TrialBackend & AsyncDisposable>>();
function backendOf(kind: BackendKind): Promise<TrialBackend & AsyncDisposable> {
  let backend = backends.get(kind);
  if (backend === undefined) backends.set(kind, (backend = startBackend(kind)));
  return backend;
}

afterAll(async () => {
  console.log(table());
  for (const backend of backends.values()) await (await backend)[Symbol.asyncDispose]();
});

describe.each(kinds)('on %s', (kind) => {
  describe.concurrent.each(features)('$name', (feature) => {
    it.each(cells.filter((cell) => !('empty' in feature[cell])))('%s', async (cell) => {
      const attempt = feature[cell] as Try;
      results.set(idOf(feature, kind, cell), 'FAILED');
      using ground = new Ground(await backendOf(kind));
      await attempt(ground);
      // A harness must prove that it did its work.
      if (cell === 'killed') expect(ground.kills).toBe(1);
      results.set(idOf(feature, kind, cell), 'ok');
    });
  });
});

function table(): string {
  const width = Math.max(...features.map(({ name }) => name.length));
  const head = ['feature'.padEnd(width), ...kinds.map((kind) => `${kind}: ${cells.join(' ')}`)].join(' | ');
  const rows = features.map((feature) =>
    [
      feature.name.padEnd(width),
      ...kinds.map((kind) =>
        [
          ' '.repeat(kind.length + 1),
          ...cells.map((cell) =>
            ('empty' in feature[cell] ? '-' : (results.get(idOf(feature, kind, cell)) ?? 'not run')).padEnd(
              cell.length,
            ),
          ),
        ].join(' '),
      ),
    ].join(' | '),
  );
  const empty = features.flatMap((feature) =>
    cells.flatMap((cell) => {
      const attempt = feature[cell];
      return 'empty' in attempt ? [`- ${feature.name}, ${cell}: ${attempt.empty}`] : [];
    }),
  );
  return [head, ...rows, ...(empty.length === 0 ? [] : ['Empty cells:', ...empty])].join('\n');
}
