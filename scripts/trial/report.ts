import type { KillResult } from './kill-runs.ts';

type Column = readonly [title: string, value: (result: KillResult) => string | number];

const columns: readonly Column[] = [
  ['workload', (it) => it.workload],
  ['backend', (it) => it.backend],
  ['killed', (it) => it.mode],
  ['runs', (it) => it.runs],
  ['kills', (it) => it.kills],
  ['recovers', (it) => it.recovers],
  ['completed', (it) => it.completed],
  ['acknowledged', (it) => it.acknowledged],
  ['commands killed', (it) => it.commandsKilled],
  ['adopted', (it) => it.adopted],
  ['interrupted', (it) => it.interrupted],
  ['right', (it) => (it.right ? 'yes' : 'NO')],
  // Only orch was killed: nothing may be wasted. Otherwise commands were killed, and run again.
  ['clean', (it) => (it.clean ? 'yes' : it.mode === 'orch' ? 'NO' : 'no')],
  ['seconds', (it) => it.seconds.toFixed(1)],
];

/** Prints the table and all faults; answers with whether there were none. */
export function report(results: readonly KillResult[]): boolean {
  console.log(
    table([columns.map(([title]) => title), ...results.map((it) => columns.map(([, value]) => String(value(it))))]),
  );
  const faulty = results.filter(({ faults }) => faults.length > 0);
  for (const { workload, backend, mode, faults } of faulty)
    console.log(`\n${workload}, ${backend}, ${mode} killed:\n${list(faults)}`);
  return faulty.length === 0;
}

export function list(faults: readonly string[], most = 20): string {
  const shown = faults.slice(0, most).map((fault) => `  - ${fault}`);
  return [...shown, ...(faults.length > most ? [`  … and ${faults.length - most} more`] : [])].join('\n');
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    /^[\d.]+$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n');
}
