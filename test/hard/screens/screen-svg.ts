import { displayWidth } from '../../../packages/cli/src/view/text.ts';

const cell = { width: 8.4, height: 18, font: 14 };
const margin = 14;

/** What colours the text after it. */
const sequence = new RegExp(`(${String.fromCodePoint(0x1b)}\\[[\\d;]*m)`);

const colours: Readonly<Record<string, string>> = { '31': '#f0787e', '32': '#8fd6a0', '33': '#e5c07b' };

interface Style {
  readonly colour?: string | undefined;
  readonly dim?: boolean;
  readonly bold?: boolean;
}

interface Piece {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

/** A picture of a screen: lines with the sequences that colour them, as `tmux capture-pane -e` prints them. */
export function screenSvg(lines: readonly string[], { columns }: { readonly columns: number }): string {
  const width = Math.ceil(columns * cell.width) + 2 * margin;
  const height = lines.length * cell.height + 2 * margin;
  const rows = lines.flatMap((line, row) => piecesOf(line).map((piece) => textElement(piece, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="#1f2430"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.font}" fill="#d7dae0" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Text between changes of its style. Spaces at its ends are left to where it begins. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let style: Style = {};
  let column = 0;
  for (const part of line.split(sequence)) {
    if (part.startsWith('\u001B')) {
      style = part.slice(2, -1).split(';').reduce(styled, style);
      continue;
    }
    const begin = part.length - part.trimStart().length;
    const text = part.trim();
    if (text !== '') pieces.push({ text, column: column + begin, style });
    column += displayWidth(part);
  }
  return pieces;
}

function styled(style: Style, code: string): Style {
  if (code === '' || code === '0') return {};
  if (code === '1') return { ...style, bold: true };
  if (code === '2') return { ...style, dim: true };
  if (code === '22') return { ...style, bold: false, dim: false };
  if (code === '39') return { ...style, colour: undefined };
  const wanted = colours[code];
  return wanted === undefined ? style : { ...style, colour: wanted };
}

function textElement({ text, column, style: { colour, dim = false, bold = false } }: Piece, row: number): string {
  const attributes = [
    `x="${round(margin + column * cell.width)}"`,
    `y="${margin + row * cell.height + cell.font}"`,
    // Whatever the font, columns stand below one another.
    `textLength="${round(displayWidth(text) * cell.width)}"`,
    'lengthAdjust="spacingAndGlyphs"',
    ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ...(dim ? ['fill-opacity="0.6"'] : []),
    ...(bold ? ['font-weight="bold"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escapeXml(text)}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
