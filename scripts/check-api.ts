// Compares the public types of every entry of every package with the reports in docs/api. Needs a build. Run:
// node scripts/check-api.ts [--update]
//
// API Extractor reads the built declarations with a compiler of its own, so it does not mind which one emitted them.
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const updateCommand = 'npm run api:update';

/** An entry that users import from: `@orch/core/author` has the report `core.author.api.md`. */
interface Entry {
  readonly specifier: string;
  readonly folder: string;
  readonly declarations: string;
  readonly report: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Record<string, { readonly types?: string }>;
}

export interface ApiCheck {
  /** Specifiers of the entries that were looked at. */
  readonly entries: readonly string[];
  /** A text for each report that is not what the declarations say. */
  readonly findings: readonly string[];
}

if (import.meta.main) {
  const { entries, findings } = checkApi(join(import.meta.dirname, '..'), {
    update: process.argv.includes('--update'),
  });
  for (const finding of findings) console.error(`${finding}\n`);
  console.log(`Looked at ${entries.length} entries: ${entries.join(', ')}`);
  if (findings.length > 0) console.error(`If this is meant, update the reports and commit them: ${updateCommand}`);
  if (findings.length > 0 || entries.length === 0) process.exitCode = 1;
}

/** Makes the report of each entry and compares it with the one under version control; `update`: replaces that. */
export function checkApi(root: string, { update = false }: { readonly update?: boolean } = {}): ApiCheck {
  const reports = join(root, 'docs', 'api');
  mkdirSync(reports, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'check-api-'));
  try {
    const entries = entriesOf(root);
    const place = { reports, scratch, update };
    const missing = entries.filter(({ declarations }) => !existsSync(declarations));
    const built = entries
      .filter((entry) => !missing.includes(entry))
      .map((it) => ({ ...it, config: configure(it, place) }));
    const program = compile(built);
    const findings = [
      ...missing.map(
        ({ specifier, declarations }) => `${specifier}: ${declarations} is missing. Build first: npm run build`,
      ),
      ...built.flatMap((entry) => differenceOf(entry, program, place)),
      ...strayReports(entries, { reports, update }),
    ];
    return { entries: entries.map(({ specifier }) => specifier), findings };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function entriesOf(root: string): Entry[] {
  const packages = join(root, 'packages');
  return readdirSync(packages).flatMap((directory) => {
    const folder = join(packages, directory);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    if (manifest.private === true) return [];
    return Object.entries(manifest.exports ?? {}).flatMap(([path, { types }]) => {
      if (types === undefined) return [];
      const report = `${[directory, ...path.split('/').slice(1)].join('.')}.api.md`;
      return [{ specifier: `${manifest.name}${path.slice(1)}`, folder, declarations: join(folder, types), report }];
    });
  });
}

interface Place {
  /** Reports under version control. */
  readonly reports: string;
  /** For what is compared with them. */
  readonly scratch: string;
  readonly update: boolean;
}

interface BuiltEntry extends Entry {
  readonly config: ExtractorConfig;
}

/** All entries in one program: the standard library is read once, and each package too. */
function compile([first, ...others]: readonly BuiltEntry[]): CompilerState | undefined {
  if (first === undefined) return undefined;
  return CompilerState.create(first.config, { additionalEntryPoints: others.map(({ declarations }) => declarations) });
}

function differenceOf(
  { specifier, report, config }: BuiltEntry,
  compilerState: CompilerState | undefined,
  { reports, scratch, update }: Place,
): string[] {
  const said: string[] = [];
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    ...(compilerState === undefined ? {} : { compilerState }),
    localBuild: update,
    messageCallback: (message) => {
      message.handled = true;
      if (message.category === 'Compiler' || message.logLevel === 'error') said.push(message.text);
    },
  });
  if (!update && apiReportChanged) {
    const [before, after] = [join(reports, report), join(scratch, report)];
    if (!existsSync(before)) return [`${specifier}: its report docs/api/${report} is missing.`];
    return [`The public types of ${specifier} differ from docs/api/${report}:\n${diff(before, after)}`];
  }
  return succeeded ? [] : [`${specifier}: API Extractor could not read it.\n${said.join('\n')}`];
}

function configure(
  { folder, declarations, report }: Entry,
  place: Pick<Place, 'reports' | 'scratch'>,
): ExtractorConfig {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    lib: ['esnext'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions, files: [declarations] } },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: place.reports,
        reportTempFolder: place.scratch,
        // What a public type is made of can break a user as well, exported or not.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' as never } },
        extractorMessageReporting: { default: { logLevel: 'none' as never } },
        tsdocMessageReporting: { default: { logLevel: 'none' as never } },
      },
    },
  });
}

function diff(before: string, after: string): string {
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', '--unified=1', before, after], {
    encoding: 'utf8',
  });
  // Without git's header, whose paths say nothing here.
  return stdout.replace(/^[^]*?(?=^@@)/m, '').trimEnd();
}

/** A report whose entry is gone. */
function strayReports(entries: readonly Entry[], { reports, update }: Pick<Place, 'reports' | 'update'>): string[] {
  const wanted = new Set(entries.map(({ report }) => report));
  const stray = readdirSync(reports).filter((name) => name.endsWith('.api.md') && !wanted.has(name));
  if (!update) return stray.map((name) => `docs/api/${name} is the report of an entry that no package has.`);
  for (const name of stray) rmSync(join(reports, name));
  return [];
}
