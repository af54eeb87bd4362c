import type { Json } from '@orch/core';
import type { TemplateName } from './template-names.ts';

/** A piece of a plan, and what its reader is told of it. */
export interface TemplatePart {
  readonly comment: string;
  readonly value: { readonly [key: string]: Json };
}

/** A plan to begin with. Its commands work anywhere, and are to be replaced. */
export interface Template {
  readonly about: string;
  readonly head: { readonly [key: string]: Json };
  readonly phases: readonly TemplatePart[];
}

const standard: Template = {
  about:
    'The five standard phases: look around, decide, do it, check it, look at it again. Each command is an example that works anywhere: replace it.',
  head: { workflow_id: 'standard', defaults: { timeout: '10m', retry_count: 1 } },
  phases: [
    {
      comment: 'Gathers what the others need to know. Replace by what looks at your files, tickets or servers.',
      value: { name: 'scout', command: 'ls >"$ORCH_ARTIFACTS/found"', depends_on: [] },
    },
    {
      comment: 'Decides what is to be done, and writes it down before anything is changed.',
      value: {
        name: 'plan',
        command: 'sed "s/^/look at /" "$ORCH_ARTIFACTS/found" >"$ORCH_ARTIFACTS/steps"',
        depends_on: ['scout'],
      },
    },
    {
      comment: 'Does it. It may be tried again: let the second attempt find what the first has done.',
      value: {
        name: 'build',
        command: 'cp "$ORCH_ARTIFACTS/steps" "$ORCH_ARTIFACTS/result"',
        depends_on: ['plan'],
        retry_count: 2,
      },
    },
    {
      comment: 'Checks it by other means than those that made it. An exit code other than 0 fails the phase.',
      value: {
        name: 'test',
        command: 'cmp "$ORCH_ARTIFACTS/steps" "$ORCH_ARTIFACTS/result"',
        depends_on: ['build'],
      },
    },
    {
      comment: 'Says what came of it, for a person.',
      value: {
        name: 'review',
        command: 'echo "$(wc -l <"$ORCH_ARTIFACTS/result") steps are done."',
        depends_on: ['test'],
      },
    },
  ],
};

const release: Template = {
  about:
    'Tests, packs and publishes a version, says so where that failed, and tidies up in any case. Each command is an example that works anywhere: replace it.',
  head: {
    workflow_id: 'release',
    inputs: {
      version: { type: 'string', default: '0.1.0', description: 'of the release: --input version=1.2.0' },
      publish: { type: 'boolean', default: false, description: 'whether it is published: --input publish=true' },
    },
    defaults: { timeout: '15m' },
  },
  phases: [
    {
      comment: 'Your tests, as in: make check. A failed test is no reason to try again.',
      value: { name: 'test', command: 'echo "tests passed"', depends_on: [], retry_count: 1 },
    },
    {
      comment: 'Packs, and says in a line of JSON what it packed: later phases read it as outputs.pack.',
      value: {
        name: 'pack',
        command:
          'echo "$ORCH_INPUT_VERSION" >"$ORCH_ARTIFACTS/package" && printf \'{"file": "%s"}\\n\' "$ORCH_ARTIFACTS/package"',
        output: { from: 'stdout-last-line', schema: { type: 'object', required: ['file'] } },
        depends_on: ['test'],
      },
    },
    {
      comment:
        'Uploads, where it is asked for. What stands in a list is data, never code. A service can tell repeats by $ORCH_KEY.',
      value: {
        name: 'publish',
        if: 'inputs.publish',
        command: ['cp', '${{ outputs.pack.file }}', '${{ outputs.pack.file + ".published" }}'],
        depends_on: ['pack'],
        retry: { max_attempts: 4, delay: '2s' },
      },
    },
    {
      comment: 'Runs only where one of those failed. Tell somebody.',
      value: {
        name: 'tell',
        after: 'failed',
        command: 'echo "The release of $ORCH_INPUT_VERSION failed."',
        depends_on: ['test', 'pack', 'publish'],
      },
    },
    {
      comment: 'Runs however the others ended, after a cancel too.',
      value: { name: 'tidy', after: 'always', command: 'rm -f "$ORCH_ARTIFACTS/package"', depends_on: ['publish'] },
    },
  ],
};

const pipeline: Template = {
  about:
    'Takes data in, cleans it, believes it only once it was counted, and hands it on. Each command is an example that works anywhere: replace it.',
  head: {
    workflow_id: 'pipeline',
    inputs: { least: { type: 'integer', default: 2, description: 'rows that there have to be' } },
    defaults: { timeout: '30m' },
  },
  phases: [
    {
      comment: 'Fetches the data, as by curl or psql. A network fails: it is tried up to five times.',
      value: {
        name: 'extract',
        command: 'printf "apples,3\\npears,5\\n\\nplums,\\n" >"$ORCH_ARTIFACTS/raw.csv"',
        depends_on: [],
        retry: { max_attempts: 5, delay: '1s' },
      },
    },
    {
      comment: 'Leaves out what is not whole.',
      value: {
        name: 'clean',
        command: 'grep "^[a-z]*,[0-9]*$" "$ORCH_ARTIFACTS/raw.csv" | grep -v ",$" >"$ORCH_ARTIFACTS/clean.csv"',
        depends_on: ['extract'],
        retry_count: 1,
      },
    },
    {
      comment: 'Counts, and fails where that is too little: an exit code of 0 alone proves nothing.',
      value: {
        name: 'check',
        command: 'printf \'{"rows": %d}\\n\' "$(wc -l <"$ORCH_ARTIFACTS/clean.csv")"',
        output: { from: 'stdout-last-line', schema: { type: 'object', required: ['rows'] } },
        fail_when: 'output.rows < inputs.least',
        depends_on: ['clean'],
        retry_count: 1,
      },
    },
    {
      comment: 'Writes under another name and renames: whoever reads it has all of it or none.',
      value: {
        name: 'load',
        command:
          'cp "$ORCH_ARTIFACTS/clean.csv" "$ORCH_ARTIFACTS/table.new" && mv "$ORCH_ARTIFACTS/table.new" "$ORCH_ARTIFACTS/table"',
        depends_on: ['check'],
      },
    },
    {
      comment: 'The number that was counted, as a word of a list.',
      value: {
        name: 'report',
        command: ['echo', '${{ outputs.check.rows }}', 'rows are loaded.'],
        depends_on: ['check', 'load'],
      },
    },
  ],
};

export const templates: Readonly<Record<TemplateName, Template>> = { standard, release, pipeline };
