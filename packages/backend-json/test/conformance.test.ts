import { backendConformance } from '@orch/testkit';
import { test } from 'vitest';
import { jsonUnderTest } from './json-under-test.ts';

backendConformance({ test, lacks: ['changed', 'shared-fence'], create: jsonUnderTest });
