import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { DebugLog } from './debug-log.ts';

const signals: ReadonlySet<string | symbol> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
const longTurnMs = 1_000;
const lookEveryMs = 250;

/** What happens to this process, and to those that it starts. `executing`: the attempts under way. */
export function traceProcess(log: DebugLog, executing: ReadonlySet<string>): void {
  traceChildren(log);
  traceSignals(log);
  traceLongTurns(log, executing);
  process.on('exit', (code) => log.write('exit', { code, uptimeMs: Math.round(process.uptime() * 1_000) }));
}

/** Node tells of each child that it makes. Its arguments may hold secrets; the marker of an attempt is none. */
function traceChildren(log: DebugLog): void {
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      const { pid: child_, spawnfile: program, spawnargs } = child;
      log.write('spawn', { child: child_, program, marker: spawnargs.find((it) => /^orch-[\w-]+$/.test(it)) });
    });
    child.once('exit', (code, signal) => log.write('child exit', { child: child.pid, code, signal }));
  });
}

/** Listens where somebody else does, and only then: a listener of its own would keep a signal from ending the process. */
function traceSignals(log: DebugLog): void {
  const hear = (signal: NodeJS.Signals): void => log.write('signal', { signal });
  process.on('newListener', (name: string | symbol, listener: unknown) => {
    if (!signals.has(name) || listener === hear || process.listeners(name as NodeJS.Signals).includes(hear)) return;
    process.prependListener(name as NodeJS.Signals, hear);
  });
  process.on('removeListener', (name: string | symbol) => {
    const left = signals.has(name) ? process.listeners(name as NodeJS.Signals) : [];
    if (left.length === 1 && left[0] === hear) process.off(name, hear);
  });
}

/** A turn of the event loop that takes so long keeps signals, timeouts and leases waiting. A stopped process looks alike. */
export function traceLongTurns(log: DebugLog, executing: ReadonlySet<string>): void {
  let before = performance.now();
  setInterval(() => {
    const now = performance.now();
    const lateMs = Math.round(now - before - lookEveryMs);
    before = now;
    if (lateMs > longTurnMs) log.write('long turn', { ms: lateMs, executing: [...executing] });
  }, lookEveryMs).unref();
}
