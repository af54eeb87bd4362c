import { begin } from './begin.ts';
import { keepingFor, runScript } from './kept-code.ts';

const importOutside = (url: string): Promise<object> => import(url);

await begin(() =>
  runScript(`${import.meta.dirname}/orch.script`, { keeping: keepingFor(process.argv.slice(2)), importOutside }),
);
