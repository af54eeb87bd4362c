import { begin } from './begin.ts';
import { keepingFor, runScript } from './kept-code.ts';

await begin(() => runScript(`${import.meta.dirname}/orch.script`, keepingFor(process.argv.slice(2))));
