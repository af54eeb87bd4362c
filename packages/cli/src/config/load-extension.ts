import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ErrorCode, Finding } from '@orch/core';
import { messageOf } from '@orch/core/author';
import type { Plugin } from '@orch/core/author';
import type { Preset } from '../config.ts';
import { describeExport } from '../module/describe-export.ts';
import { explainFailure } from '../module/explain-failure.ts';
import { loadUrl } from '../module/load-module.ts';
import type { Imported } from '../module/load-module.ts';
import { tracer } from '../tracer.ts';
import type { ConfigInForce } from './config-in-force.ts';
import { isObject } from './config-shape.ts';
import type { Report } from './config-shape.ts';
import { specifierOf } from './short-names.ts';
import type { Kind } from './short-names.ts';

export interface Extensions {
  /** The file that lists them: names are looked for from there. */
  readonly config: string;
  readonly form: 'json' | 'mts';
  readonly reportAs: (code: ErrorCode) => Report;
}

type Path = Finding['path'];

/** A plugin that a config lists by its name, or has as it is. What is wrong is reported; then there is none. */
export async function loadPlugin(entry: unknown, path: Path, extensions: Extensions): Promise<Plugin | undefined> {
  const { reportAs, form } = extensions;
  if (isObject(entry) && form === 'mts') return checkedPlugin(entry, 'This plugin', path, extensions);
  const isPair = Array.isArray(entry) && (entry.length === 1 || entry.length === 2);
  const [name, options] = (isPair ? entry : [entry]) as readonly unknown[];
  if (typeof name !== 'string') {
    const direct = form === 'mts' ? ', or the plugin itself' : '';
    reportAs('ORCH_CONFIG_INVALID')(
      path,
      `A plugin is a name or [name, options]${direct}, not ${describeExport(entry)}.`,
    );
    return undefined;
  }
  const exported = await importNamed(name, 'plugin', path, extensions);
  if (exported === undefined) return undefined;
  const what = `Plugin ${JSON.stringify(name)}`;
  if (typeof exported.value !== 'function') {
    if (options !== undefined)
      reportAs('ORCH_CONFIG_PLUGIN')(
        path,
        `${what} takes no options: it exports a plugin, not a function that makes one.`,
      );
    return checkedPlugin(exported.value, what, path, extensions);
  }
  try {
    const make = exported.value as (given?: unknown) => unknown;
    return checkedPlugin(options === undefined ? make() : make(options), what, path, extensions);
  } catch (error) {
    tracer()?.failed(error);
    reportAs('ORCH_CONFIG_PLUGIN')(
      path,
      `${what} threw when it was made: ${messageOf(error)}`,
      'See its documentation for the options that it takes: ["name", { … }].',
    );
    return undefined;
  }
}

function checkedPlugin(value: unknown, what: string, path: Path, { reportAs }: Extensions): Plugin | undefined {
  const { name, contract, apply } = isObject(value) ? value : {};
  if (typeof name === 'string' && typeof apply === 'function' && contract === 1) return value as unknown as Plugin;
  if (typeof name === 'string' && typeof contract === 'number' && contract !== 1)
    reportAs('ORCH_PLUGIN_CONTRACT')(
      path,
      `${what} is made for contract ${contract}; this release of orch speaks contract 1.`,
      'Use a release of the plugin that fits this release of orch.',
    );
  else
    reportAs('ORCH_PLUGIN_INVALID')(
      path,
      `${what} is no plugin, but ${describeExport(value)}.`,
      "A plugin is an object { name: '…', contract: 1, apply(host) { … } }, or a function that makes one.",
    );
  return undefined;
}

/** The preset of a config: a function, or the default export of what it names. */
export async function loadPreset(given: unknown, extensions: Extensions): Promise<ConfigInForce['preset']> {
  if (given === undefined) return undefined;
  const path = ['preset'];
  const { form, reportAs } = extensions;
  if (typeof given === 'function' && form === 'mts') return { name: given.name || 'preset', make: given as Preset };
  if (typeof given !== 'string') {
    const direct = form === 'mts' ? ', or a function as defaultPreset is one' : '';
    reportAs('ORCH_CONFIG_INVALID')(path, `A preset is a name${direct}, not ${describeExport(given)}.`);
    return undefined;
  }
  const exported = await importNamed(given, 'preset', path, extensions);
  if (exported === undefined) return undefined;
  if (typeof exported.value === 'function') return { name: given, make: exported.value as Preset };
  reportAs('ORCH_CONFIG_PLUGIN')(
    path,
    `Preset ${JSON.stringify(given)} exports ${describeExport(exported.value)}, not a function.`,
    'A preset is a function as defaultPreset of @orch/cli/preset is one.',
  );
  return undefined;
}

/** What a name exports by default. */
async function importNamed(
  name: string,
  kind: Kind,
  path: Path,
  { config, reportAs }: Extensions,
): Promise<{ readonly value: unknown } | undefined> {
  const report = reportAs('ORCH_CONFIG_PLUGIN');
  const specifier = specifierOf(name, kind);
  const what = `${kind === 'plugin' ? 'Plugin' : 'Preset'} ${JSON.stringify(name)}`;
  if (specifier === undefined) {
    report(path, `${what} is the name of no package and of no file.`, 'A file begins with ./, ../ or /.');
    return undefined;
  }
  const imported = await importFrom(specifier, config);
  if ('exports' in imported && 'default' in imported.exports) return { value: imported.exports['default'] };
  const meant = specifier === name ? '' : `, which means ${specifier},`;
  if ('exports' in imported) {
    report(
      path,
      `${what}${meant} has no default export.`,
      `What it exports by default has to be the ${kind}, or a function that makes one.`,
    );
    return undefined;
  }
  const thrown = 'thrown' in imported ? imported.thrown : undefined;
  tracer()?.failed(thrown);
  if (isMissing(thrown, config)) {
    const isFile = /^[./]|^file:/.test(specifier);
    report(
      path,
      isFile
        ? `${what}: there is no such file beside the config.`
        : `${what}${meant} is not installed where the config is.`,
      isFile ? 'Paths count from the folder of the config.' : `npm install --save-dev ${specifier}`,
    );
    return undefined;
  }
  const { message, place, hint } = explainFailure(config, imported);
  const at = place === undefined || place.file === config ? '' : ` (at ${place.file}:${place.line}:${place.column})`;
  report(path, `${what}${meant} can't be loaded. ${message}${at}`, hint);
  return undefined;
}

/** Whether it is the extension itself that is not there, and not something that it imports. */
function isMissing(thrown: unknown, config: string): boolean {
  if (!(thrown instanceof Error) || (thrown as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return false;
  return thrown.message.split('\n')[0]?.endsWith(`imported from ${config}`) === true;
}

const marker = 'orch-config:';

/** Imports as an import statement in that file would. */
async function importFrom(specifier: string, file: string): Promise<Imported> {
  const parentURL = pathToFileURL(file).href;
  const hooks = registerHooks({
    resolve: (given, context, next) =>
      given === `${marker}${specifier}` ? next(specifier, { ...context, parentURL }) : next(given, context),
  });
  try {
    return await loadUrl(`${marker}${specifier}`, { what: specifier });
  } finally {
    hooks.deregister();
  }
}
