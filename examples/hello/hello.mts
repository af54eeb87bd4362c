import { Orchestrator, workflow } from '@orch/core';
import { jsonBackend } from '@orch/backend-json';

const hello = workflow('hello')
  .phase('measure', { run: () => ({ free: process.availableMemory() }) })
  .phase('report', {
    dependsOn: ['measure'],
    run: ({ outputs, log }) => log.info(`${outputs.measure.free} bytes free`),
  });

const orch = new Orchestrator({ backend: jsonBackend('.orch') });
await orch.execute(hello, { runId: 'hello-1' }).outputs(); // killed? run the script again: it goes on
await orch.close();
