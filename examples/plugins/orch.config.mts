import type { OrchConfig } from '@orch/cli/config';

export default {
  backend: 'runs',
  backends: { runs: 'sqlite:.scratch/runs.db' },
  plugins: [['./diary.mts', { file: '.scratch/diary' }]],
  defaults: { stateDir: '.scratch/state' },
} satisfies OrchConfig;
