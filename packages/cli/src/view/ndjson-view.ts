import { eventJson } from './event-json.ts';
import type { View } from './view.ts';

/** The events themselves on stdout, a line each, after a line that says what will come. Words for people stay on stderr. */
export function ndjsonView(runId: string): View {
  process.stdout.write(`${JSON.stringify({ type: 'hello', schema: 1, run: runId })}\n`);
  return {
    news: (event) => void process.stdout.write(eventJson(event)),
    note: (text) => void process.stderr.write(`${text}\n`),
    close: () => {},
  };
}
