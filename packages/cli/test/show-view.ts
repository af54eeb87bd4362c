import { afterEach, beforeEach, vi } from 'vitest';
import type { AttemptReport, RunEvent } from '@orch/core';
import { FoldedRun } from '../src/run/folded-run.ts';
import type { PlainView } from '../src/view/plain-view.ts';
import type { TtyView } from '../src/view/tty-view.ts';
import type { View } from '../src/view/view.ts';
import { nothing } from './run-events.ts';
import type { FakeStream, Journal } from './run-events.ts';

/** Each test of the file has a clock that stands, and a terminal whose colours nothing around it decides. */
export function fixSurroundings({ now = 1_000_000 }: { readonly now?: number } = {}): void {
  beforeEach(() => {
    vi.useFakeTimers({ now });
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
}

export interface Shown {
  readonly journal: Journal;
  readonly stream: FakeStream;
  /** Default: no attempt has a log. */
  readonly logPath?: (attempt: AttemptReport) => string;
}

/** Shows a journal event by event. */
export function show(
  SomeView: typeof PlainView | typeof TtyView,
  { journal, stream, logPath = () => '/no/log' }: Shown,
): { readonly view: View; readonly run: FoldedRun } {
  const run = new FoldedRun('bcdfghjkmn');
  const view = new SomeView({ run, stream, logPath, warningsAreNotes: false, flags: '', read: nothing });
  for (const event of journal.events) tell(view, run, event);
  return { view, run };
}

export function tell(view: View, run: FoldedRun, event: RunEvent): void {
  run.add(event);
  view.news(event);
}
