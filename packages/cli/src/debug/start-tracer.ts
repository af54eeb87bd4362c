import { release } from 'node:os';
import { orchVersion } from '@orch/core';
import { processHost } from '@orch/core/node';
import { findStatePlace, stateDirectoryIn } from '../state-place.ts';
import type { Tracer } from '../tracer.ts';
import { DebugLog } from './debug-log.ts';
import { describeError } from './describe-error.ts';
import { safeArguments } from './safe-arguments.ts';
import { traceBackend, traceHost, tracePlugin } from './trace-parts.ts';
import { traceProcess } from './trace-process.ts';

/** Begins `debug.log`, with what this process is. */
export function startTracer(args: readonly string[]): Tracer {
  const log = new DebugLog(findStatePlace(stateDirectoryIn(args)).directory);
  const executing = new Set<string>();
  log.write('start', {
    orch: orchVersion,
    node: process.versions.node,
    system: `${process.platform} ${process.arch} ${release()}`,
    args: safeArguments(args),
    folder: process.cwd(),
    owner: processHost().owner,
  });
  traceProcess(log, executing);
  return {
    trace: (options) => ({
      ...options,
      backend: traceBackend(options.backend, log),
      plugins: (options.plugins ?? []).map((plugin) => tracePlugin(plugin, log, executing)),
      host: traceHost(options.host ?? processHost(), log),
    }),
    note: (text) => log.write('said', { text }),
    failed: (thrown) => log.write('error', describeError(thrown)),
  };
}
