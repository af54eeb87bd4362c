import type { RunEvent } from '@orch/core';
import type { Backend, Executor, Holder, Host, Owner, Plugin } from '@orch/core/author';
import type { DebugLog } from './debug-log.ts';
import { traceCalls } from './trace-calls.ts';

/** Of a commit of a thousand events, the first tell what it is. */
const mostNamed = 20;

/** Who takes runs from whom, what is committed, and how long it took. */
export function traceBackend(backend: Backend, log: DebugLog): Backend {
  return traceCalls(
    backend,
    {
      open: { ended: () => ({ backend: backend.name }) },
      create: { ended: ({ status }, run, { events }) => ({ run, status, ...describeEvents(events) }) },
      acquire: {
        ended: (answer, run, { overEpoch, ifExpired }) => ({
          run,
          overEpoch,
          ifExpired,
          ...(answer.status === 'held' ? { status: 'held', epoch: answer.fence.epoch } : describeHolder(answer)),
        }),
      },
      append: {
        ended: ({ status }, run, { expectedVersion, events, fence: { epoch }, flush }) => ({
          run,
          status,
          version: expectedVersion + events.length,
          epoch,
          flush,
          ...describeEvents(events),
        }),
      },
      holder: { ended: (answer, run) => ({ run, ...(answer === undefined ? {} : describeHolder(answer)) }) },
      renew: { ended: (held, run, { epoch }) => ({ run, epoch, held }) },
      release: { ended: (_, run, { epoch }) => ({ run, epoch }) },
      post: { ended: (answer, run, { id }) => ({ run, id, answer }) },
      close: { ended: () => ({}) },
    },
    log,
  );
}

/** Why an owner was taken for alive, dead or unknown is decided there. */
export function traceHost(host: Host, log: DebugLog): Host {
  return traceCalls(
    host,
    {
      look: { ended: (seen, owner) => ({ owner: nameOf(owner), seen }) },
      end: { ended: (ended, owner) => ({ owner: nameOf(owner), ended }) },
    },
    log,
  );
}

/** What becomes of attempts. `executing` names those that this process carries out. */
export function tracePlugin(plugin: Plugin, log: DebugLog, executing: Set<string>): Plugin {
  return {
    ...plugin,
    apply: (host) =>
      plugin.apply({
        ...host,
        executor: (kind, executor) => host.executor(kind, traceExecutor(executor, log, executing)),
      }),
  };
}

function traceExecutor(executor: Executor, log: DebugLog, executing: Set<string>): Executor {
  return traceCalls(
    executor,
    {
      settle: { ended: (_, run, knownKeys) => ({ run, knownKeys: knownKeys.size }) },
      execute: {
        began: ({ runId: run, phase, number, key }) => {
          executing.add(`${phase}#${number}`);
          return { run, phase, attempt: number, key };
        },
        ended: (outcome, { runId: run, phase, number }) => {
          executing.delete(`${phase}#${number}`);
          const { status, exitCode, signal } = outcome;
          return { run, phase, attempt: number, status, exitCode, signal };
        },
      },
      adopt: {
        ended: (found, { runId: run, phase, number, key }) => ({
          run,
          phase,
          attempt: number,
          key,
          found: 'gone' in found ? 'gone' : 'adopted',
        }),
      },
    },
    log,
  );
}

/** Their kinds and places; never what a phase printed or answered. */
function describeEvents(events: readonly RunEvent[]): object {
  const named = events.slice(0, mostNamed).map((event) => {
    if (!('phase' in event)) return event.type;
    return 'attempt' in event ? `${event.type} ${event.phase}#${event.attempt}` : `${event.type} ${event.phase}`;
  });
  const more = events.length > mostNamed ? [`… ${events.length - mostNamed} more`] : [];
  return { events: [...named, ...more], bytes: Buffer.byteLength(JSON.stringify(events)) };
}

function describeHolder({ by, epoch, since, expired }: Holder): object {
  return { status: 'taken', by: nameOf(by), epoch, since: new Date(since).toISOString(), expired };
}

function nameOf({ pid, host, namespace }: Owner): string {
  return `${pid} on ${host} in ${namespace === '' ? 'no namespace' : namespace}`;
}
