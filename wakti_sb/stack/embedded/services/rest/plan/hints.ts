/** Guesses at what a name was meant to be. */

/** The least likeness of a name that is told to anybody. */
const LIKELY = 0.75;
/** The least likeness of anything. */
const POSSIBLE = 0.33;
const BEST = 50;

interface Candidate {
  readonly text: string;
  readonly score: number;
}

/**
 * The candidates that are like a text, the likest first.
 *
 * Texts are compared by the pieces of three and then of two letters that they share; the best of
 * those by how many letters would have to change.
 */
export function alike(
  text: string,
  candidates: Iterable<string>,
  least = POSSIBLE,
): Candidate[] {
  const wanted = text.toLowerCase();
  // Of names that differ in case alone only one can be found.
  const known = new Map([...candidates].map((one) => [one.toLowerCase(), one]));
  const exact = known.get(wanted);
  if (exact !== undefined) return [{ text: exact, score: 1 }];
  for (const size of [3, 2]) {
    const pieces = piecesOf(wanted, size);
    const close = [...known.keys()]
      .map((one) => ({ text: one, score: cosine(pieces, piecesOf(one, size)) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, BEST)
      .map(({ text: one }) => ({ text: one, score: similarity(one, wanted) }))
      .filter(({ score }) => score >= least)
      .sort((a, b) => b.score - a.score);
    if (close.length > 0) {
      return close.map((one) => ({ ...one, text: known.get(one.text)! }));
    }
  }
  return [];
}

/** A name that may be told even to those who may not use what it names. */
export function likely(
  text: string,
  candidates: Iterable<string>,
): string | null {
  return alike(text, candidates, LIKELY)[0]?.text ?? null;
}

function piecesOf(text: string, size: number): Map<string, number> {
  const kept = text.replace(/[^\p{L}\p{N}_, ]/gu, "");
  const padded = `-${kept}-`.padEnd(size, "-");
  const pieces = new Map<string, number>();
  for (let at = 0; at + size <= padded.length; at++) {
    const piece = padded.slice(at, at + size);
    pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
  }
  return pieces;
}

function cosine(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): number {
  let product = 0;
  for (const [piece, count] of one) product += count * (other.get(piece) ?? 0);
  return product / (length(one) * length(other));
}

function length(pieces: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of pieces.values()) sum += count * count;
  return Math.sqrt(sum);
}

/** From 0 to 1: how much of the longer text stays when one becomes the other. */
function similarity(one: string, other: string): number {
  const longer = Math.max(one.length, other.length);
  return longer === 0 ? 1 : 1 - distance(one, other) / longer;
}

/** How many letters have to be added, left out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = row[j - 1]! + Number(one[i - 1] !== other[j - 1]);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
