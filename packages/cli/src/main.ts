// Orch from its sources, as its tests start it; what is published begins in built-main.ts.
import { begin } from './begin.ts';

await begin(() => import('./start.ts'));
