import { bundledProgram } from '../../scripts/tsup-config.ts';

export default bundledProgram({ main: 'src/main.ts', preset: 'src/preset.ts' });
