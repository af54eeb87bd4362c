import { library } from '../../scripts/tsup-config.ts';

export default library();
