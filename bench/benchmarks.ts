import type { Benchmark } from './harness/benchmark.ts';
import { s1 } from './s01-chain-json.ts';
import { s2 } from './s02-chain-sqlite.ts';
import { s3 } from './s03-chain-redis.ts';
import { s4 } from './s04-cpu-tapped.ts';
import { s5 } from './s05-growth.ts';
import { s6 } from './s06-many-runs.ts';
import { s7 } from './s07-commands.ts';
import { s8 } from './s08-command-chain.ts';
import { s9 } from './s09-phases.ts';
import { s10 } from './s10-start.ts';
import { s11 } from './s11-validate.ts';
import { s12 } from './s12-output.ts';
import { s13 } from './s13-recover.ts';
import { s14 } from './s14-bytes.ts';
import { s15 } from './s15-many-phases.ts';
import { s16 } from './s16-real-graphs.ts';
import { s17 } from './s17-live-view.ts';

/** In the order of the table of goals. */
export const benchmarks: readonly Benchmark[] = [
  s1,
  s2,
  s3,
  s4,
  s5,
  s6,
  s7,
  s8,
  s9,
  s10,
  s11,
  s12,
  s13,
  s14,
  s15,
  s16,
  s17,
];
