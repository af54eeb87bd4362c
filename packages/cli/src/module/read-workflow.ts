import { accessSync, constants, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Workflow } from '@orch/core';
import { messageOf } from '@orch/core/author';
import { describeExport, exportedWorkflows } from './describe-export.ts';
import { explainFailure } from './explain-failure.ts';
import { defaultExportIn, placeOf, textOf } from './find-in-text.ts';
import { loadModule } from './load-module.ts';
import type { ImportOptions } from './load-module.ts';
import type { ModuleProblem } from './module-problem.ts';

export type WorkflowReading = { readonly workflow: Workflow } | { readonly problem: ModuleProblem };

const contract = 1;

/** The workflow that a module exports by default. `file`: its absolute path. Never rejects. */
export async function readWorkflow(file: string, options: ImportOptions = {}): Promise<WorkflowReading> {
  const refused = notThere(file) ?? asCommonJs(file);
  if (refused !== undefined) return { problem: refused };
  const imported = await loadModule(file, options);
  if (!('exports' in imported)) return { problem: explainFailure(file, imported) };
  const { exports } = imported;
  const exported = exports['default'];
  // Code of others made it: reading it may throw, too.
  try {
    const problem = problemOf(file, exports);
    return problem === undefined ? { workflow: exported as Workflow } : { problem };
  } catch (thrown) {
    return { problem: notAWorkflow(file, `an object that can't be read: ${messageOf(thrown)}`) };
  }
}

function notThere(file: string): ModuleProblem | undefined {
  const problem = (message: string, hint: string): ModuleProblem => ({ code: 'ORCH_PLAN_NOT_FOUND', message, hint });
  try {
    if (!statSync(file).isFile()) return problem(`${file} is no file.`, 'Name the module in it.');
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      return problem(`There is no file ${file}.`, 'Check the path; it is taken from the current folder.');
    if (code === 'EACCES' || code === 'EPERM') return problem(`${file} may not be read.`, 'Check its permissions.');
    return { code: 'ORCH_PLAN_UNREADABLE', message: `${file} cannot be read (${code}).`, hint: 'Try it again.' };
  }
}

/** A `.ts` file is what the package.json above it says. Told before Node warns of it in words of its own. */
function asCommonJs(file: string): ModuleProblem | undefined {
  const ending = extname(file).toLowerCase();
  if (ending !== '.ts' && ending !== '.js') return undefined;
  const place = placeOf(file, /^(?:import\b(?!\s*\()|export\b)/m);
  const manifest = place === undefined ? undefined : manifestAbove(file);
  if (manifest?.type !== 'commonjs') return undefined;
  const name = `${file.slice(0, -ending.length)}.m${ending.slice(1)}`;
  return {
    code: 'ORCH_MODULE_SYNTAX',
    message: `${manifest.file} says "type": "commonjs", and so Node takes this file for no module.`,
    hint: `Name it ${name}: that is a module wherever it stands.`,
    place,
  };
}

function manifestAbove(file: string): { readonly file: string; readonly type: unknown } | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    try {
      if (statSync(manifest, { throwIfNoEntry: false }) !== undefined)
        return { file: manifest, type: (JSON.parse(textOf(manifest)) as { readonly type?: unknown }).type };
    } catch {
      return undefined;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function problemOf(file: string, exports: Readonly<Record<string, unknown>>): ModuleProblem | undefined {
  if (!('default' in exports)) {
    const [named] = exportedWorkflows(exports);
    return {
      code: 'ORCH_MODULE_EXPORT',
      message: 'It has no default export, which is the workflow that orch runs.',
      hint:
        named === undefined
          ? "Write: export default workflow('…').phase(…)"
          : `It exports one as ${named}: add export default ${named};`,
    };
  }
  const exported = exports['default'];
  if (typeof exported !== 'object' || exported === null) return notAWorkflow(file, describeExport(exported));
  const { contract: made, id, definition } = exported as Readonly<Record<string, unknown>>;
  const isNumbered = typeof made === 'number' && typeof id === 'string' && 'phase' in exported;
  if (isNumbered && made !== contract)
    return {
      code: 'ORCH_PLUGIN_CONTRACT',
      message: `Workflow ${JSON.stringify(id)} is made for contract ${made}; this release of orch speaks contract ${contract}.`,
      hint: `Its @orch/core and the orch command are of releases that do not fit: take the same release of both.`,
      place: defaultExportIn(file),
    };
  return isNumbered && isDefinition(definition) ? undefined : notAWorkflow(file, describeExport(exported));
}

/** What a copy of core makes, of whatever release with this contract. */
function isDefinition(definition: unknown): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  const { spec, functions, rules } = definition as Readonly<Record<string, unknown>>;
  const phases = typeof spec === 'object' && spec !== null && 'phases' in spec ? spec.phases : undefined;
  return Array.isArray(phases) && typeof functions === 'object' && typeof rules === 'object';
}

function notAWorkflow(file: string, what: string): ModuleProblem {
  return {
    code: 'ORCH_MODULE_EXPORT',
    message: `Its default export is ${what}, not a workflow.`,
    hint: "Export what workflow() of @orch/core makes: export default workflow('…').phase(…)",
    place: defaultExportIn(file),
  };
}
