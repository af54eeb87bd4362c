// Orch from its sources, as `scripts/every-syscall.ts --sources` starts it; what is published begins in built-main.ts.
import { begin } from './begin.ts';

await begin(() => import('./start.ts'));
