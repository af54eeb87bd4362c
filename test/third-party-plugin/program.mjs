import { jsonBackend } from '@orch/backend-json';
import { Orchestrator, workflow } from '@orch/core';
import { command, commandPlugin } from '@orch/plugin-command';
import { retry, retryPlugin } from '@orch/plugin-retry';
import { witness } from './witness.mjs';

const watched = workflow('watched')
  .phase('a', { run: command('true') })
  .phase('b', {
    run: command('test -e b-failed || { touch b-failed; exit 1; }'),
    dependsOn: ['a'],
    options: [retry({ maxAttempts: 2, delay: '1ms' })],
  })
  .phase('c', {
    // Says by which processes it runs, and ends when the file `hold` is gone: with the folder too, so that nothing is left.
    run: command('echo $PPID $$ > new && mv new c-runs; while test -e hold; do sleep 0.05; done'),
    dependsOn: ['b'],
  });

const orchestrator = new Orchestrator({
  backend: jsonBackend('.orch'),
  plugins: [witness, commandPlugin(), retryPlugin()],
});
await orchestrator.execute(watched, { runId: 'watched-1' }).outputs();
await orchestrator.close();
