import { codeFrame, visible } from './code-frame.ts';
import type { PositionedFinding } from './position-findings.ts';

export interface RenderOptions {
  /** The text that the finding is about; without it there is no code frame. */
  readonly text?: string;
  /** Default: false. */
  readonly color?: boolean;
  /** Columns of the terminal; default 80. */
  readonly width?: number;
}

/** Related places that are listed; a cycle may have thousands. */
const maxRelated = 20;

const red = 31;
const yellow = 33;
const cyan = 36;
const bold = 1;
const faint = 2;

/** A finding for people: `file:line:column severity CODE message`, the lines around it, what to do. No newline at the end. */
export function renderFinding(
  finding: PositionedFinding,
  { text, color = false, width = 80 }: RenderOptions = {},
): string {
  const paint = (code: number) => (it: string) => (color ? `\u001b[${code}m${it}\u001b[0m` : it);
  const tint = paint(finding.severity === 'error' ? red : yellow);
  const { file, line, column, severity, code, message, hint, related = [] } = finding;
  const rows = [
    `${paint(bold)(visible(`${file}:${line}:${column}`))} ${tint(severity)} ${paint(faint)(code)} ${visible(message)}`,
  ];
  if (text !== undefined && text !== '') {
    const { offset, length } = finding;
    rows.push(codeFrame(text, { offset, length, line, column, width, mark: tint, dim: paint(faint) }));
  }
  for (const it of related.slice(0, maxRelated)) rows.push(visible(`  ${file}:${it.line}:${it.column} ${it.message}`));
  const left = related.length - maxRelated;
  if (left > 0) rows.push(`  … and ${left} more ${left === 1 ? 'place' : 'places'}`);
  if (hint !== undefined) rows.push(`  ${paint(cyan)('hint:')} ${visible(hint)}`);
  return rows.join('\n');
}
