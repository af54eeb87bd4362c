import { expect, it } from 'vitest';
import { screenSvg } from './hard/screens/screen-svg.ts';

const texts = (svg: string): string[] => svg.split('\n').filter((line) => line.startsWith('<text'));

it('puts each text where it stands on the screen, in its colour', () => {
  const svg = screenSvg(['a \u001B[31m\u001B[1mred\u001B[0m  b', '', '  検査 \u001B[2mdim\u001B[22m'], { columns: 20 });
  expect(svg).toMatch(/^<svg [^>]*width="196" height="82"/);
  expect(texts(svg)).toEqual([
    '<text x="14.0" y="28" textLength="8.4" lengthAdjust="spacingAndGlyphs">a</text>',
    '<text x="30.8" y="28" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#f0787e" font-weight="bold">red</text>',
    '<text x="72.8" y="28" textLength="8.4" lengthAdjust="spacingAndGlyphs">b</text>',
    '<text x="30.8" y="64" textLength="33.6" lengthAdjust="spacingAndGlyphs">検査</text>',
    '<text x="72.8" y="64" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill-opacity="0.6">dim</text>',
  ]);
});

it('leaves nothing in a text that is XML', () => {
  expect(texts(screenSvg(['<b> & </b>'], { columns: 20 })).join('\n')).toContain('>&lt;b&gt; &amp; &lt;/b&gt;</text>');
});
