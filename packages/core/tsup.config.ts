import { library } from '../../scripts/tsup-config.ts';

export default library({ index: 'src/index.ts', author: 'src/author.ts', 'node/index': 'src/node/index.ts' });
