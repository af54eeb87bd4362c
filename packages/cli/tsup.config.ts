import { bundledModule, bundledScript, plainModule } from '../../scripts/tsup-config.ts';

export default [
  plainModule({ main: 'src/built-main.ts' }),
  bundledScript({ orch: 'src/start.ts' }),
  bundledModule({ preset: 'src/preset.ts' }),
];
