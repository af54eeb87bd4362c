import { exitCodes, rootHelp } from './catalogue.ts';

// Node ends with 0 when nothing is left to wait for: until the end is known, it must not.
process.exitCode = exitCodes.damaged;

const [first, ...rest] = process.argv.slice(2);
if (rest.length === 0 && (first === '--help' || first === '-h')) {
  // Nothing is loaded for it.
  process.exitCode = exitCodes.done;
  process.stdout.on('error', () => undefined).write(rootHelp());
} else {
  await import('./start.ts');
}
