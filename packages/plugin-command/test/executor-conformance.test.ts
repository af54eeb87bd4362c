import { executorConformance } from '@orch/testkit';
import { test } from 'vitest';
import { commandsUnderTest } from './command-under-test.ts';

executorConformance({ test, lacks: ['output'], create: commandsUnderTest });
