import { test } from 'vitest';
import { executorConformance, manualClock } from '../src/index.ts';
import { functionsLack, functionsUnderTest } from './function-under-test.ts';

executorConformance({ test, lacks: functionsLack, create: () => functionsUnderTest(manualClock()) });
