// The release workflow of examples/release: its own tests, and the script itself against a registry.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const example = join(import.meta.dirname, '../examples/release');
const token = 'qu1et-t0ken';

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Without vitest's own variables, which are not the user's. */
function node(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Started {
  const flags = ['--conditions=source', ...args];
  // The scripts of the example call `node`, too.
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn(process.execPath, flags, { cwd, env: { PATH: path, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })) };
}

test('its tests pass under node:test', async () => {
  const { code, stdout } = await node(['--test', '--test-reporter=tap', 'release.test.mts'], example).ended;
  expect(stdout).toMatch(/^# pass [1-9]\d*\n# fail 0$/m);
  expect(code).toBe(0);
});

interface Published {
  readonly path: string;
  readonly key: unknown;
  readonly token: unknown;
}

/** A registry that answers, but for the first request to publish `stuck`. */
async function registry(stuck: string): Promise<{ url: string; published: Published[]; reached: Promise<unknown> }> {
  const published: Published[] = [];
  const reached = Promise.withResolvers<void>();
  let isStuck = true;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (request.method === 'HEAD') {
      response.statusCode = published.some((it) => it.path === path) ? 200 : 404;
    } else if (path === stuck && isStuck) {
      isStuck = false;
      return reached.resolve();
    } else {
      const { 'idempotency-key': key, 'x-token': given } = request.headers;
      published.push({ path, key, token: given });
    }
    response.end();
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, published, reached: reached.promise };
}

test('killed while it publishes, the same command goes on there, and a third time tells the result', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orch-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['package.json', 'packages.json']) cpSync(join(example, name), join(folder, name));
  const { url, published, reached } = await registry('/right/1.0.0');
  const start = (): Started => node([join(example, 'release.mts'), '1.0.0'], folder, { REGISTRY: url, TOKEN: token });

  const first = start();
  await Promise.race([reached, first.ended.then((it) => Promise.reject(new Error(JSON.stringify(it))))]);
  first.child.kill('SIGKILL');
  await first.ended;
  const said = await start().ended;
  expect(said).toMatchObject({ code: 0, stdout: 'left, right: 3 tests, e2e.html\n' });
  // The build was not made again, and left not published again.
  expect(readFileSync(join(folder, 'dist/log'), 'utf8')).toBe('built\n');
  expect(published).toEqual([
    { path: '/left/1.0.0', key: 'release-1.0.0/publish/left', token },
    { path: '/right/1.0.0', key: 'release-1.0.0/publish/right', token },
  ]);
  const again = await start().ended;
  expect(again).toMatchObject({ code: 0, stdout: said.stdout });
  expect(published).toHaveLength(2);

  const left = readdirSync(join(folder, '.orch'), { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  expect(left.length).toBeGreaterThan(0);
  for (const file of left) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(token);
});
