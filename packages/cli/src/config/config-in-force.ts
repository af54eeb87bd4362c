import type { Plugin } from '@orch/core/author';
import type { Preset } from '../config.ts';
import type { OutputKind } from '../view/view.ts';

/** What an `orch.config` says, read and loaded. */
export interface ConfigInForce {
  /** Its path. */
  readonly file: string;
  readonly backend?: string;
  /** Places by name, their paths absolute. */
  readonly backends: ReadonlyMap<string, string>;
  readonly plugins: readonly Plugin[];
  readonly preset?: { readonly name: string; readonly make: Preset };
  readonly stateDir?: string;
  readonly concurrency?: number;
  readonly output?: OutputKind;
}

interface Force {
  readonly config?: ConfigInForce;
  readonly flag: string;
}

let force: Force = { flag: '' };

/** Of this process; absent: there is none, or none is wanted. */
export function configInForce(): ConfigInForce | undefined {
  return force.config;
}

/** What a command line has to add so that another process finds the same config, or none. */
export function configFlag(): string {
  return force.flag;
}

/** Once, before a command begins. */
export function putInForce(given: Force): void {
  force = given;
}
