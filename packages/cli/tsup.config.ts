import { scriptName } from './src/script-name.ts';
import { bundledModule, bundledScript, plainModule } from '../../scripts/tsup-config.ts';

/** Packages that few commands need, and where they are installed. They are most of the text that a start would read. */
const apart = {
  zod: '../plan/node_modules/zod',
  yaml: '../plan/node_modules/yaml',
  '@marcbachmann/cel-js': '../plan/node_modules/@marcbachmann/cel-js',
  ioredis: '../backend-redis/node_modules/ioredis',
};

export default [
  plainModule({ main: 'src/built-main.ts', config: 'src/config.ts' }),
  bundledScript({ orch: 'src/start.ts' }, { apart: Object.keys(apart) }),
  ...Object.entries(apart).map(([name, folder]) => bundledScript({ [scriptName(name)]: folder })),
  bundledModule({ preset: 'src/preset.ts' }),
];
