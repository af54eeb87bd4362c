import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseBackend } from '../../src/backend/backend-place.ts';
import { reportPage } from '../../src/report/page.ts';
import { TimeScale } from '../../src/report/time-scale.ts';
import { LogPlaces } from '../../src/run/log-places.ts';
import { Playground, until, waitForGo } from '../orch-process.ts';
import { Journal } from '../run-events.ts';
import { nastyName, nastyRun, reportOf, secret } from './nasty-run.ts';

/** The page of a journal, as it is at its end. */
function pageOf(journal: Journal, flags = ''): string {
  const run = journal.folded();
  const { runId } = run.report;
  const at = parseBackend('json', { from: '', directory: '/nowhere' });
  const places = new LogPlaces(runId, at, '/nowhere');
  const found = { backend: 'json', recover: `orch recover ${runId}`, flags, now: journal.at };
  return reportPage({ run, report: run.report, places, inputs: {}, secrets: [], ...found });
}

/** What is between the tags of an element with an id, up to the next heading. */
function section(html: string, id: string): string {
  return new RegExp(`<h2 id="${id}">[^]*?</section>`).exec(html)?.[0] ?? '';
}

describe('the page', () => {
  test('names a command for what it leaves out, which finds the run', () => {
    const names = Array.from({ length: 201 }, (_, index) => `p${index}`);
    const journal = new Journal(names);
    for (const phase of names) {
      journal.start(phase);
      journal.add({ type: 'phase.completed', phase, attempt: 1, part: 'main', durationMs: 1, output: 1 });
    }
    const html = pageOf(journal, " --state-dir 'a&b'");
    const quoted = '--state-dir &#39;a&amp;b&#39;';
    expect(section(html, 'outputs')).toContain(`And 1 more: <code>orch show bcdfghjkmn --json ${quoted}</code>`);
  });

  test('shows a bar for each attempt, and the wait between them', () => {
    const journal = new Journal(['a', 'b'], { retryCount: 3, needs: { b: ['a'] } });
    journal.start('a');
    journal.at += 1_000;
    journal.fail('a', { retryInMs: 2_000 });
    journal.at += 2_000;
    journal.start('a', 2);
    journal.at += 1_000;
    journal.complete('a', 2);
    journal.add({ type: 'run.completed' });
    const html = section(pageOf(journal), 'timeline');
    const bars = [...html.matchAll(/<i class="([^"]+)" style="([^"]+)" title="([^"]+)">/g)].map((it) => it.slice(1));
    expect(bars).toEqual([
      ['bar failed', 'left:0%;width:25%', 'attempt 1: failed, 0.3 s, exit code 2'],
      ['wait', 'left:25%;width:50%', 'waited 2.0 s'],
      ['bar completed', 'left:75%;width:25%', 'attempt 2: completed, 1.2 s'],
    ]);
    expect(html).toContain('2 attempts, 1.5 s');
  });

  test('cuts short the time in which nobody drove the run', () => {
    const journal = new Journal(['a', 'b'], { needs: { b: ['a'] } });
    journal.start('a');
    journal.at += 1_000;
    journal.complete('a');
    journal.at += 86_400_000;
    journal.takeUp();
    journal.start('b');
    journal.at += 1_000;
    journal.complete('b');
    const html = section(pageOf(journal), 'timeline');
    expect(html).toContain('Striped: nobody drove the run, for 1 d 00 h.');
    expect(html).toMatch(/"bar completed" style="left:0%;width:48\.5%"/);
    expect(html).toMatch(/"gap" style="left:48\.5%;width:3%"/);
    expect(html).toMatch(/"bar completed" style="left:51\.5%;width:48\.5%"/);
  });

  test('of a run in which nothing was started, that waits, was cancelled or is running', () => {
    const journal = new Journal(['a']);
    const fresh = pageOf(journal);
    expect(section(fresh, 'timeline')).toContain('No phase was started.');
    expect(section(fresh, 'logs')).toContain('No phase was started.');
    expect(fresh).not.toContain('id="failures"');
    journal.start('a');
    journal.at += 3_000;
    expect(section(pageOf(journal), 'timeline')).toContain('bar running" style="left:0%;width:100%"');
    journal.add({ type: 'run.cancelling', by: 'me', reason: 'cancel', message: 'wrong <input>' });
    journal.add({ type: 'phase.cancelled', phases: ['a'] });
    journal.add({ type: 'run.cancelled' });
    const cancelled = pageOf(journal);
    expect(cancelled).toContain('<span class="status cancelled">cancelled</span> (wrong &lt;input&gt;)');
    expect(cancelled).toContain('<dt>To go on</dt><dd><code>orch recover bcdfghjkmn</code></dd>');
  });

  test('of 10,000 phases is bounded, keeps what failed, and says what it leaves out', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `phase ${index}`);
    const journal = new Journal(names, { retryCount: 1 });
    for (const [index, name] of names.entries()) {
      journal.start(name);
      journal.at += index === 5_000 ? 60_000 : 10;
      if (index === 9_999) journal.fail(name);
      else journal.complete(name);
    }
    journal.add({ type: 'run.failed', reason: 'phases' });
    const html = pageOf(journal);
    expect(html.length).toBeLessThan(4_000_000);
    expect(section(html, 'graph')).toContain('10000 phases are more than can be seen here');
    expect(section(html, 'graph')).toContain('orch graph bcdfghjkmn --format svg &gt; run.svg');
    expect(section(html, 'timeline')).toContain('9700 phases left out here');
    expect(section(html, 'phases')).toContain('9000 phases left out here');
    for (const id of ['failures', 'timeline', 'phases']) expect(section(html, id)).toContain('phase 9999<');
  });
});

describe('a scale of time', () => {
  const gaps = [{ from: 100, to: 10_100 }];

  test('puts times where they belong, and back', () => {
    const scale = new TimeScale({ from: 0, to: 10_200, gaps });
    expect([0, 100, 10_100, 10_200].map((time) => Math.round(scale.of(time) * 10) / 10)).toEqual([0, 48.5, 51.5, 100]);
    for (const time of [0, 50, 5_000, 10_150]) expect(scale.at(scale.of(time))).toBeCloseTo(time);
    expect(scale.of(-5)).toBe(0);
    expect(scale.of(99_999)).toBe(100);
  });

  test('of no time at all, and of short gaps, is plain', () => {
    const none = new TimeScale({ from: 5, to: 5, gaps: [] });
    expect([none.of(5), none.at(0)]).toEqual([0, 5]);
    expect(new TimeScale({ from: 0, to: 1_000, gaps: [{ from: 10, to: 20 }] }).cuts).toEqual([]);
  });
});

describe('orch report', () => {
  let ground: Playground;
  beforeEach(() => {
    ground = new Playground();
  });
  afterEach(() => ground[Symbol.dispose]());

  test('takes names, inputs, outputs and logs for text, and tells no secret', async () => {
    await nastyRun(ground, 'http://127.0.0.1:9/leak');
    const html = await reportOf(ground, 'one');
    const elements = new Set([...html.matchAll(/<([a-z][\w-]*)/g)].map(([, name]) => name));
    for (const name of ['script', 'img', 'link', 'iframe', 'object', 'embed', 'form', 'base'])
      expect(elements).not.toContain(name);
    // Every handler and every address is text between tags: quotes and brackets of others are written by name.
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
    expect(html).not.toMatch(/(src|href)="(?!#)/);
    for (const odd of ['\u0007', '\u001B', '\u202E']) expect(html).not.toContain(odd);
    expect(html).not.toContain(secret);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(html).toContain('*** (secret, not stored)');
    expect(html).toContain(
      '&lt;/script&gt;&lt;img src=x onerror=&quot;document.title=&#39;owned&#39;&quot;&gt; ${{ inputs.token }} \uFFFDnettirw',
    );
    expect(html).toMatch(/<p>The last 16 kB of \d\d kB\. All of it: <code>orch logs one long --attempt 1<\/code><\/p>/);
    expect(section(html, 'logs')).toContain('line 8999');
    expect(section(html, 'logs')).not.toContain('line 1000\n');
    expect(section(html, 'failures')).toContain('exit code 4, attempt 2');
    expect(nastyName).toContain('\u202E');
  });

  test('reads runs in SQLite, and says where logs are gone', async () => {
    ground.plan([{ name: 'a', command: 'echo hello' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one', '--backend', 'sqlite');
    expect(section(await reportOf(ground, 'one'), 'logs')).toContain('<pre>hello</pre>');
    rmSync(ground.path('.orch/runs'), { recursive: true });
    expect(section(await reportOf(ground, 'one'), 'logs')).toContain('There is no log.');
  });

  test('of a run that was killed says how to go on; changes nothing', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGKILL');
    await driver.ended;
    const before = (await ground.orch('events', 'one')).stdout;
    const html = await reportOf(ground, 'one');
    expect(html).toContain('<span class="status interrupted">interrupted</span>');
    expect(html).toContain('<code>orch recover one</code>');
    expect((await ground.orch('events', 'one')).stdout).toBe(before);
    await ground.orch('cancel', 'one');
  });

  test('of no such run ends with 3', async () => {
    expect(await ground.orch('report', 'nothing')).toMatchObject({ code: 3, stdout: '' });
  });
});
