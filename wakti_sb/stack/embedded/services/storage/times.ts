/** Times as the Storage API writes them: in milliseconds, at Greenwich. */

/** `2026-11-22T20:03:36.512Z` of what the database gives; null for what is none. */
export function isoTime(value: unknown): string | null {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** A row with its times written so. */
export function withTimes<Row extends object>(row: Row): Row {
  const times = Object.entries(row).filter(([name]) => name.endsWith("_at"));
  return {
    ...row,
    ...Object.fromEntries(
      times.map(([name, value]) => [name, value && isoTime(value)]),
    ),
  };
}
