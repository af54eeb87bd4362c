// Graphs as the programs read them that they are written for: Graphviz, Mermaid, and a browser.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dot } from '../../packages/cli/src/graph/dot.ts';
import { mermaid } from '../../packages/cli/src/graph/mermaid.ts';
import { phaseGraph } from '../../packages/cli/src/graph/phase-graph.ts';
import type { PhaseGraph } from '../../packages/cli/src/graph/phase-graph.ts';
import { svg } from '../../packages/cli/src/graph/svg.ts';
import { oddRun, oddSpec } from '../../packages/cli/test/graph/odd-graph.ts';
import { answerIn, documentOf } from './chromium.ts';
import { available } from './need.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-graph-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const graphviz = 'dot';
const plan = phaseGraph(oddSpec);
const names = plan.phases.map(({ name }) => name);
const edgesOf = ({ phases }: PhaseGraph): string[] =>
  phases.flatMap(({ needs }, index) => needs.map((need) => `p${need} p${index}`)).toSorted();

/** A thousand in a row of pairs. */
const thousand: PhaseGraph = {
  workflow: 'thousand',
  phases: Array.from({ length: 1_000 }, (_, index) => ({
    name: `phase "${index}"`,
    needs: index < 2 ? [] : [index - 1, index - 2],
  })),
};

interface DotJson {
  readonly objects: readonly { readonly name: string; readonly label: string }[];
  readonly edges: readonly { readonly tail: number; readonly head: number }[];
}

describe.runIf(available('graphviz'))('Graphviz', () => {
  const read = (format: string, text: string): string => {
    const { status, stdout, stderr } = spawnSync(graphviz, [`-T${format}`], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout;
  };

  test('reads every phase and edge of a thousand', () => {
    const { objects, edges } = JSON.parse(read('dot_json', dot(thousand))) as DotJson;
    expect(objects).toHaveLength(1_000);
    expect(edges.map(({ tail, head }) => `${objects[tail]?.name} ${objects[head]?.name}`).toSorted()).toEqual(
      edgesOf(thousand),
    );
  });

  test('draws odd names as they are', () => {
    const drawn = read('svg', dot(plan));
    const texts = [...drawn.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => plainText(text));
    for (const name of names) expect(texts).toContain(name);
    expect(read('svg', dot(oddRun()))).toContain('✗ failed, 1.5 s');
  });
});

function plainText(text: string): string {
  return text
    .replaceAll('&#160;', ' ')
    .replaceAll('&#45;', '-')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

describe.runIf(available('chromium'))('a browser', () => {
  test.runIf(available('mermaid'))('draws what is written for Mermaid, with every name as it is', async () => {
    const script = pathToFileURL(process.env['ORCH_MERMAID'] ?? '').href;
    const texts = [mermaid(plan), mermaid(oddRun())];
    const page = join(folder, 'page.html');
    writeFileSync(
      page,
      `<!doctype html><meta charset="utf-8"><body><pre id="answer"></pre><script src="${script}"></script><script>
(async () => {
  const answer = [];
  mermaid.initialize({ startOnLoad: false });
  for (const text of ${JSON.stringify(texts).replaceAll('<', '\\u003c')}) {
    try {
      const { svg } = await mermaid.render('g' + answer.length, text);
      const all = document.createElement('div');
      all.innerHTML = svg;
      const labels = [...all.querySelectorAll('.node .nodeLabel')].map((it) => it.textContent);
      answer.push({ labels, edges: all.querySelectorAll('.edgePaths path').length });
    } catch (error) { answer.push({ error: String(error) }); }
  }
  document.getElementById('answer').textContent = JSON.stringify(answer);
})();
</script>`,
    );
    const [drawnPlan, drawnRun] = answerIn(await documentOf(page)) as [unknown, { readonly labels: string[] }];
    expect(drawnPlan).toEqual({ labels: names, edges: edgesOf(plan).length });
    expect(drawnRun.labels.map((label) => label.replace(/ \(.[^()]*\)$/, ''))).toEqual(names);
    expect(drawnRun.labels[1]).toBe(`${names[1]} (✗ failed, 1.5 s)`);
  });

  test('reads the picture as XML, and nothing in it is more than text', async () => {
    const file = join(folder, 'odd.svg');
    writeFileSync(file, svg(oddRun()));
    const page = join(folder, 'page.html');
    writeFileSync(
      page,
      `<!doctype html><meta charset="utf-8"><body><pre id="answer"></pre><script>
const picture = new DOMParser().parseFromString(${JSON.stringify(svg(oddRun())).replaceAll('<', '\\u003c')}, 'image/svg+xml');
const elements = [...new Set([...picture.querySelectorAll('*')].map((it) => it.localName))].sort();
const titles = [...picture.querySelectorAll('g > title')].map((it) => it.textContent);
document.getElementById('answer').textContent = JSON.stringify({ elements, titles });
</script>`,
    );
    const { elements, titles } = answerIn(await documentOf(page)) as { elements: string[]; titles: string[] };
    expect(elements).toEqual(['defs', 'g', 'marker', 'path', 'rect', 'style', 'svg', 'text', 'title']);
    expect(titles.map((title, index) => title.startsWith(`${names[index]}: `))).toEqual(names.map(() => true));
  });
});
