/** The candidate that a person most likely meant: at most a third of the word mistyped, and never more than 3 letters. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > maxLength) return undefined;
  const folded = fold(word);
  const limit = Math.min(3, Math.max(1, Math.floor(folded.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const other = fold(candidate);
    if (Math.abs(other.length - folded.length) >= bestDistance) continue;
    const distance = editDistance(folded, other);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    if (bestDistance <= 1) break;
  }
  return best;
}

/** Longer words are not typed by hand. */
const maxLength = 100;

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one word into the other ("optimal string
 * alignment", the restricted form of Damerau and Levenshtein's distance).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

/** Case, `-` for `_` and the Unicode form of a letter do not count. */
function fold(word: string): string {
  return word.normalize().toLowerCase().replaceAll('-', '_');
}
