import type { Script } from 'node:vm';
import { commandNamed } from './catalogue.ts';
import { compileCacheFolder } from './compile-cache.ts';
import { clearBehind } from './kept-code-old.ts';
import type { Place } from './kept-code-old.ts';
import { markOf } from './script-mark.ts';
import { scriptName } from './script-name.ts';

export interface Keeping {
  /** Each command has its own: what is kept is what it made use of. */
  readonly command: string;
  /** Of this user only: what is read from it is run. `undefined`: nothing is kept. */
  readonly folder: string | undefined;
}

export interface ScriptOptions {
  readonly keeping?: Keeping | undefined;
  /** Imports modules that are no part of the script: it has no way of its own. */
  readonly importOutside?: (url: string) => Promise<object>;
}

/** What is kept of a command line. Of one that only prints help that would be too little for the next. */
export function keepingFor(args: readonly string[]): Keeping | undefined {
  const command = commandNamed(args[0] ?? '');
  if (command === undefined || args.includes('--help') || args.includes('-h')) return undefined;
  return { command, folder: compileCacheFolder() };
}

/**
 * Runs a script, the source of a function that is given `require`, `module`, `exports` and what imports modules for it,
 * and answers with what it exports. All functions that a command made use of are kept as they were compiled; Node's own
 * compile cache keeps a file as it is before its first function is called, and so has each compiled anew at every start.
 */
export function runScript(file: string, options: ScriptOptions = {}): unknown {
  const { keeping, importOutside } = options;
  const vm = process.getBuiltinModule('node:vm');
  const { bytes, written } = readScript(file);
  const source = bytes.toString();
  const place = keeping === undefined ? undefined : placeOf({ source, written }, keeping);
  const cachedData = place === undefined ? undefined : readKept(place, bytes);
  const script = new vm.Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  // V8 refuses what another version of it made, or one with other settings.
  if (place !== undefined && (cachedData === undefined || script.cachedDataRejected === true))
    process.once('exit', (code) => {
      if (code === 0) keep(place, script);
    });
  const module = { exports: {} };
  const requireFor = (name: string): unknown => load(name, file, options);
  script.runInThisContext()(requireFor, module, module.exports, importOutside);
  return module.exports;
}

const loaded = new Map<string, unknown>();

/** A module of Node, a package whose script stands beside this one, or one that is installed. */
function load(name: string, file: string, { keeping, ...options }: ScriptOptions): unknown {
  const builtin = process.getBuiltinModule(name);
  if (builtin !== undefined) return builtin;
  const beside = `${file.slice(0, file.lastIndexOf('/') + 1)}${scriptName(name)}.script`;
  if (!loaded.has(beside)) {
    const { existsSync } = process.getBuiltinModule('node:fs');
    if (!existsSync(beside)) return process.getBuiltinModule('node:module').createRequire(file)(name);
    const own = keeping && { ...keeping, command: `${keeping.command}-${scriptName(name)}` };
    loaded.set(beside, runScript(beside, { ...options, keeping: own }));
  }
  return loaded.get(beside);
}

/** Its text, and when that was written: asked before it is read, so that what is read later is never kept as newer than it is. */
function readScript(file: string): { readonly bytes: Buffer; readonly written: number } {
  const fs = process.getBuiltinModule('node:fs');
  const fd = fs.openSync(file, 'r');
  try {
    const { mtimeMs } = fs.fstatSync(fd);
    return { bytes: fs.readFileSync(fd), written: Math.round(mtimeMs * 1_000) };
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * V8 itself compares no more than the length of the source, and what was compiled of another text makes it go wrong or crash.
 * The mark tells builds from one another, the time a script that was changed by hand and has its mark still.
 */
function placeOf(script: { source: string; written: number }, { command, folder }: Keeping): Place | undefined {
  const mark = markOf(script.source);
  if (folder === undefined || mark === undefined) return undefined;
  const kin = `orch-${command}-`;
  return { folder, kin, name: `${kin}${mark}-${script.written}-${process.version}-${process.arch}` };
}

/** As much of it as is compared at once. */
const pieceBytes = 64 * 1_024;

/**
 * What is kept stands there twice, and both must be the same: V8 runs what it is given, and a write may have been cut off with
 * the power. To compare them takes a quarter of what a checksum does, with the loading of `node:zlib`. It is read into `room`, where that is large enough: memory that nobody has touched yet costs more than
 * the reading.
 */
function readKept({ folder, name }: Place, room: Buffer): Buffer | undefined {
  const fs = process.getBuiltinModule('node:fs');
  let fd: number | undefined;
  try {
    fd = fs.openSync(`${folder}/${name}`, 'r');
    const length = fs.fstatSync(fd).size / 2;
    const data = length <= room.length ? room.subarray(0, length) : Buffer.allocUnsafeSlow(length);
    fs.readSync(fd, data, 0, length, 0);
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    for (let at = 0; at < length; at += pieceBytes) {
      const read = fs.readSync(fd, piece, 0, Math.min(pieceBytes, length - at), length + at);
      if (!piece.subarray(0, read).equals(data.subarray(at, at + pieceBytes))) return undefined;
    }
    return data;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function keep(place: Place, script: Script): void {
  const fs = process.getBuiltinModule('node:fs');
  const path = `${place.folder}/${place.name}`;
  const temporary = `${path}.${process.pid}`;
  try {
    const data = script.createCachedData();
    try {
      fs.writeFileSync(temporary, Buffer.concat([data, data]), { flag: 'wx', mode: 0o600 });
      fs.renameSync(temporary, path);
    } catch {
      fs.rmSync(temporary, { force: true });
    }
    clearBehind(place);
  } catch {
    // Without it orch starts a little later, and does all else.
  }
}
