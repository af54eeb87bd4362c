import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../../packages/cli/test/orch-process.ts';
import type { OddPhase, Stage } from './stage.ts';

/**
 * Commands that a test leads: each counts its starts and says when it is as far as it is to be (`here`), and waits for a
 * gate that the test opens. A second attempt ends at once, with exit code 9.
 */
export interface Gated {
  /** One that files may have. */
  readonly name: string;
  /** Shell text; `HERE` and `GATE` stand for what is above. */
  readonly text: string;
  /** Opened while no orch lives, or once the next one has adopted the command. */
  readonly gate: 'alone' | 'adopted';
  /** Further keys of the phase. */
  readonly more?: Readonly<Record<string, string>>;
}

export function gatedPhase({ name, text, gate, more }: Gated): OddPhase {
  const begin = `echo x >>starts-${name}; test "$ORCH_ATTEMPT" = 1 || exit 9`;
  const words = text
    .replaceAll('HERE', `: >here-${name}`)
    .replaceAll('GATE', `until test -e ${gate}; do sleep .02; done`);
  return { name, command: `${begin}\n${words}`, ...more };
}

export async function allHere({ ground }: Stage, commands: readonly Gated[]): Promise<void> {
  for (const { name } of commands)
    await until(
      () => existsSync(ground.path(`here-${name}`)),
      () => `${name} to begin`,
    );
}

export function openGate({ ground }: Stage, gate: Gated['gate']): void {
  ground.write(gate, '');
}

/** Whether the shell around a command has written down how it ended. */
export function hasEnded(on: Stage, phase: string): boolean {
  return on.attemptFiles(phase, '.state').some((path) => readFileSync(path, 'latin1').includes('\nexit '));
}
