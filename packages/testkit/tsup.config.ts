import { library } from '../../scripts/tsup-config.ts';

export default library({ index: 'src/index.ts', worker: 'src/conformance/processes/worker.ts' });
