import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a suite needs and a machine may lack: each with a command that shows whether it is there. */
const checks = {
  strace: (folder) => ['strace', '-o', join(folder, 'trace'), 'true'],
  /** Process trees of their own. */
  namespaces: () => ['unshare', '--pid', '--fork', '--mount-proc', 'true'],
  /** A terminal that can be taken away. */
  script: (folder) => ['script', '-qec', 'true', join(folder, 'typescript')],
  /** One of any size, whose screen can be read. */
  tmux: () => ['tmux', '-V'],
  /** Reads unit files; needs no systemd that runs. */
  'systemd-analyze': () => ['systemd-analyze', '--version'],
  /** A small shell that is `sh` in many containers. */
  busybox: () => ['busybox', 'sh', '-c', 'true'],
  /** A wall clock that is set, for some processes only. */
  faketime: () => ['faketime', '-m', '-f', '+1d', 'true'],
  redis: () => ['redis-server', '--version'],
  /** One that speaks TLS; its client says so. */
  'redis-tls': () => ['sh', '-c', 'redis-cli --help 2>&1 | grep -q -e --tls'],
  /** Draws graphs in its language. */
  graphviz: () => ['dot', '-V'],
  chromium: () => ['chromium', '--version'],
  /** Mermaid as a browser loads it: its `dist/mermaid.min.js`, at `$ORCH_MERMAID`. */
  mermaid: () => [
    'sh',
    '-c',
    'test -f "$ORCH_MERMAID" || { echo "ORCH_MERMAID names no mermaid.min.js" >&2; exit 1; }',
  ],
  bash: () => ['bash', '-c', 'true'],
  zsh: () => ['zsh', '-f', '-c', 'true'],
  /** Only root may mount one; `unshare` keeps it out of everybody else's sight. */
  tmpfs: (folder) => ['unshare', '--mount', 'sh', '-c', `mount -t tmpfs -o size=1m tmpfs '${folder}'`],
} satisfies Record<string, (folder: string) => readonly string[]>;

export type Need = keyof typeof checks;

/**
 * Whether this machine has it. Where the environment variable `ORCH_REQUIRE` names it (a list with commas, as CI sets it),
 * a machine without it fails the suite; elsewhere the suite is left out, and that is said aloud.
 *
 * @throws Error where it is required and missing, and where the list names what there is not
 */
export function available(need: Need): boolean {
  const required = requiredNeeds();
  const folder = mkdtempSync(join(tmpdir(), 'orch-need-'));
  try {
    const [file, ...args] = checks[need](folder);
    const { status, error, stderr } = spawnSync(file ?? '', args, { encoding: 'utf8' });
    if (status === 0) return true;
    const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    const why = isMissing ? `${file} is missing` : `${need} does not work here: ${error?.message ?? stderr.trim()}`;
    if (required.has(need)) throw new Error(`ORCH_REQUIRE asks for ${need}: ${why}`);
    // What the reporter `scripts/report-not-run.ts` says again at the end.
    console.error(`NOT RUN: ${why}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A name that nobody knows would require nothing, and nobody would notice. */
function requiredNeeds(): ReadonlySet<string> {
  const list = process.env['ORCH_REQUIRE'] ?? '';
  const names = list === '' ? [] : list.split(',');
  const unknown = names.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0)
    throw new Error(
      `ORCH_REQUIRE names ${unknown.map((name) => JSON.stringify(name)).join(', ')}; there are: ${Object.keys(checks).join(', ')}`,
    );
  return new Set(names);
}
