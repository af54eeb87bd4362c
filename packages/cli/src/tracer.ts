import type { OrchestratorOptions } from '@orch/core';

/** Writes down what this process does, in `debug.log` of the state folder. Never throws, and never disturbs a run. */
export interface Tracer {
  /** The same backend, plugins and host, with their calls written down. */
  trace(options: OrchestratorOptions): OrchestratorOptions;
  /** What was said to a person. */
  note(text: string): void;
  /** An error, with its stack: nothing else shows one. */
  failed(thrown: unknown): void;
}

let current: Tracer | undefined;

/** Absent unless `ORCH_DEBUG=1` asked for one. */
export function tracer(): Tracer | undefined {
  return current;
}

/** Loads nothing where nobody asked. */
export async function startTracing(args: readonly string[]): Promise<void> {
  if (process.env['ORCH_DEBUG'] !== '1') return;
  try {
    current = (await import('./debug/start-tracer.ts')).startTracer(args);
  } catch {
    // As in a working folder that was removed: whatever is wrong is told by the command itself.
  }
}
