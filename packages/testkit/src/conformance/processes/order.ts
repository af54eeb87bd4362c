import type { Taking } from '@orch/core/author';
import type { MadeRun } from '../subject.ts';

/** What a process is told to do with the backend. Data, as it passes from one process to another. */
export type Order =
  | { readonly do: 'create'; readonly run: string; readonly token: string }
  | ({ readonly do: 'take'; readonly run: string; readonly token: string } & Pick<Taking, 'overEpoch'>)
  | { readonly do: 'release'; readonly made: MadeRun }
  | { readonly do: 'append'; readonly made: MadeRun; readonly version: number; readonly says: string }
  | Writing
  | { readonly do: 'post'; readonly run: string; readonly ids: readonly string[] }
  | { readonly do: 'watch'; readonly run: string; readonly until: number };

/** Appends until it is refused; each version is reported once it is acknowledged. */
export interface Writing {
  readonly do: 'write';
  readonly made: MadeRun;
  /** The version to go on from. */
  readonly after: number;
  readonly says: string;
  /** Default: until it is refused. */
  readonly commits?: number;
  /** Events of a commit. */
  readonly size: number;
}

/** What a process says. */
export type Report =
  | { readonly is: 'ready' }
  | { readonly is: 'acknowledged'; readonly version: number }
  | { readonly is: 'done'; readonly answer: unknown }
  | { readonly is: 'failed'; readonly code?: string; readonly text: string };
