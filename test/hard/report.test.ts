// The report of a run as a browser shows it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from '../../packages/cli/test/orch-process.ts';
import { nastyRun, reportOf } from '../../packages/cli/test/report/nasty-run.ts';
import { answerIn, documentOf } from './chromium.ts';
import { available } from './need.ts';

interface Looked {
  readonly title: string;
  /** By how many pixels it is wider than its window. */
  readonly tooWide: number;
  /** Elements that reach over the right edge. */
  readonly over: readonly string[];
  readonly scripts: number;
  readonly loaded: number;
  readonly headings: readonly string[];
}

describe.runIf(available('chromium'))('the report in a browser', () => {
  let ground: Playground;
  beforeEach(() => {
    ground = new Playground();
  });
  afterEach(() => ground[Symbol.dispose]());

  test('runs nothing, asks for nothing, and fits 1280 and 400 pixels', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await nastyRun(ground, `http://127.0.0.1:${(server.address() as AddressInfo).port}/leak`);
      await reportOf(ground, 'one');
      const [wide, narrow] = await look(ground, [1_280, 400]);
      const title = 'Run one of demo: failed';
      for (const looked of [wide, narrow])
        expect(looked).toMatchObject({ title, tooWide: 0, over: [], scripts: 0, loaded: 0 });
      expect(wide?.headings).toEqual([
        'H1 Run one of demo',
        'H2 Failures',
        `H3 unbroken${'-and-on'.repeat(20)}`,
        ...['Graph', 'Timeline', 'Phases', 'Inputs', 'Outputs', 'Logs'].map((name) => `H2 ${name}`),
      ]);
      expect(asked).toEqual([]);
    } finally {
      server.close();
    }
  });
});

/** Opens the report in frames of these widths, with all that can be unfolded unfolded. */
async function look(ground: Playground, widths: readonly number[]): Promise<readonly Looked[]> {
  const frames = widths.map(
    (width) => `<iframe src="run.html" style="width:${width}px;height:800px;border:0"></iframe>`,
  );
  ground.write(
    'frames.html',
    `<!doctype html><meta charset="utf-8"><body>${frames.join('')}<pre id="answer"></pre><script>
addEventListener('load', () => {
  const look = ({ contentDocument: page, contentWindow: its }) => {
    for (const it of page.querySelectorAll('details')) it.open = true;
    const width = page.documentElement.clientWidth;
    const isHidden = (it) => it.closest('pre, .picture, thead') !== null;
    return {
      title: page.title,
      tooWide: page.documentElement.scrollWidth - width,
      over: [...page.body.querySelectorAll('*')].filter((it) => !isHidden(it) && it.getBoundingClientRect().right > width + 1).map((it) => it.outerHTML.slice(0, 200)),
      scripts: page.scripts.length + page.images.length + page.querySelectorAll('link,iframe').length,
      loaded: its.performance.getEntriesByType('resource').length,
      headings: [...page.querySelectorAll('h1,h2,h3')].map((it) => it.tagName + ' ' + it.textContent),
    };
  };
  document.getElementById('answer').textContent = JSON.stringify([...document.querySelectorAll('iframe')].map(look));
});
</script>`,
  );
  return answerIn(await documentOf(ground.path('frames.html'))) as readonly Looked[];
}
