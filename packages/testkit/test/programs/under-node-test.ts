// The suites of executors and plugins under node:test.
import { test } from 'node:test';
import { executorConformance, manualClock, pluginConformance } from '../../src/index.ts';
import { functionsLack, functionsUnderTest } from '../function-under-test.ts';
import { soundPlugin } from '../mutants/plugging.ts';

executorConformance({ test, lacks: functionsLack, create: () => functionsUnderTest(manualClock()) });
pluginConformance({
  test,
  create: () => ({ plugin: soundPlugin(), options: { again: { takes: [0, 3], refuses: [-1, '3', null] } } }),
});
