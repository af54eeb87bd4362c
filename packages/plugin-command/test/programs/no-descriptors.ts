// Reads an output when this process can open no more files. Run: node --conditions=source no-descriptors.ts <path>
import { closeSync, openSync, writeSync } from 'node:fs';
import { readOutputText } from '../../src/read-output-text.ts';
import { codeOf } from '../../src/system-error.ts';

const path = process.argv[2]!;
const opened: number[] = [];
try {
  for (;;) opened.push(openSync('/dev/null', 'r'));
} catch {
  // None is left.
}
let said = 'read';
try {
  readOutputText(path, { maxBytes: 1, lastLine: false });
} catch (error) {
  said = String(codeOf(error));
}
for (const descriptor of opened) closeSync(descriptor);
writeSync(1, `${said}\n`);
