/** Ranges of rows: `limit`, `offset` and the header `Range`. */

/** Rows from `first` to `last`, counted from 0 and both included; null: to the end. */
export interface Range {
  readonly first: number;
  readonly last: number | null;
}

export const ALL: Range = { first: 0, last: null };

/** No rows at all, which is not an error: what `limit=0` asks for. */
export const NONE: Range = { first: 0, last: -1 };

export function isAll(range: Range): boolean {
  return range.first === 0 && range.last === null;
}

export function isEmpty({ first, last }: Range): boolean {
  return last !== null && last < first;
}

export function intersection(one: Range, other: Range): Range {
  return {
    first: Math.max(one.first, other.first),
    last: one.last === null
      ? other.last
      : other.last === null
      ? one.last
      : Math.min(one.last, other.last),
  };
}

/** How many rows; null: all. */
export function lengthOf({ first, last }: Range): number | null {
  return last === null ? null : last - first + 1;
}

/** No more than `most` rows of it. */
export function restricted(range: Range, most: number | null): Range {
  if (most === null) return range;
  return intersection(range, { first: 0, last: range.first + most - 1 });
}

/** Whether it is what `limit=0` asks for. */
export function asksForNone({ last }: Range): boolean {
  return last === -1;
}

/** The header `Range: 0-9`; what is none says nothing. */
export function fromHeader(header: string | null): Range {
  const match = /^(\d+)-(\d*)$/.exec(header ?? "");
  if (!match) return ALL;
  const last = match[2] === "" ? null : Number(match[2]);
  return { first: Number(match[1]), last };
}

/** `limit` and `offset` as they stand in the query; what is no number says nothing. */
export function fromLimits(limit: string | null, offset: string | null): Range {
  const most = numberOf(limit);
  const first = numberOf(offset);
  const limited: Range = most === null ? ALL : { first: 0, last: most - 1 };
  if (first === null || offset === null) return limited;
  if (limit === null) return { first, last: null };
  return { first, last: first + (lengthOf(limited) ?? 0) - 1 };
}

function numberOf(text: string | null): number | null {
  if (text === null || !/^\s*-?\d+\s*$/.test(text)) return null;
  return Number(text);
}
