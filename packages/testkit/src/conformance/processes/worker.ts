// One of several processes that use a backend at once. Started by worker-process.ts with the module that makes the backend.
import { flushCompileCache } from 'node:module';
import { isOrchError } from '@orch/core/author';
import type { Appended, Backend } from '@orch/core/author';
import { commitOf, eventsOf, first, takingOf } from '../subject.ts';
import type { BackendModule } from '../subject.ts';
import type { Order, Report, Writing } from './order.ts';

const [, , module = '', name = '', argument = ''] = process.argv;

// Nobody is left to report to.
process.on('disconnect', () => process.exit());

try {
  const backend = await makeBackend();
  await backend.open();
  process.on('message', (order: Order) => void obey(backend, order));
  await report({ is: 'ready' });
  // Node keeps what it compiled, where it was told to, when it exits: this process will be killed.
  flushCompileCache();
} catch (error) {
  await report(failure(error));
}

async function makeBackend(): Promise<Backend> {
  const exported = (await import(module)) as Readonly<Record<string, unknown>>;
  const make = exported[name];
  if (typeof make !== 'function') throw new TypeError(`${module} exports no function named ${name}`);
  return (make as (given: BackendModule['argument']) => Backend | Promise<Backend>)(
    JSON.parse(argument) as BackendModule['argument'],
  );
}

async function obey(backend: Backend, order: Order): Promise<void> {
  await report(
    await perform(backend, order).then(
      (answer): Report => ({ is: 'done', answer }),
      (error: unknown) => failure(error),
    ),
  );
}

async function perform(backend: Backend, order: Order): Promise<unknown> {
  switch (order.do) {
    case 'create': {
      const { run, token } = order;
      return backend.create(run, { ...first(run, {}, token), events: eventsOf(1, 2, token) });
    }
    case 'take': {
      const { run, token, overEpoch } = order;
      return backend.acquire(run, { ...takingOf(token), ...(overEpoch === undefined ? {} : { overEpoch }) });
    }
    case 'release':
      return backend.release(order.made.run, order.made.fence);
    case 'append': {
      const { made, version, says } = order;
      return backend.append(made.run, commitOf(made, eventsOf(version, version, says)));
    }
    case 'write':
      return write(backend, order);
    case 'post': {
      const answers: string[] = [];
      for (const id of order.ids) answers.push(await backend.post(order.run, { id, body: id }));
      return answers;
    }
    case 'watch':
      return watch(backend, order.run, order.until);
  }
}

async function write(backend: Backend, { made, after, says, commits = Infinity, size }: Writing): Promise<Appended> {
  for (let count = 1; count <= commits; count++) {
    const from = after + 1 + (count - 1) * size;
    const to = from + size - 1;
    // Some of them may wait for a later flush: a killed process must not lose those either.
    const commit = commitOf(made, eventsOf(from, to, says), { flush: count % 3 === 0 });
    const answer = await backend.append(made.run, commit);
    if (answer.status !== 'ok') return answer;
    await report({ is: 'acknowledged', version: to });
  }
  return { status: 'ok' };
}

/** How many events were seen, time after time, until there are enough. */
async function watch(backend: Backend, run: string, until: number): Promise<readonly number[]> {
  const seen: number[] = [];
  while ((seen.at(-1) ?? 0) < until) {
    let count = 0;
    for await (const events of backend.read(run))
      for (const { version } of events)
        if (version !== ++count) throw new Error(`version ${version} was read where ${count} was due`);
    seen.push(count);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return seen;
}

function failure(error: unknown): Report {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { is: 'failed', text, ...(isOrchError(error) ? { code: error.code } : {}) };
}

/** Settles once it is out of this process: a kill that comes later does not take it back. */
function report(said: Report): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(said, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
