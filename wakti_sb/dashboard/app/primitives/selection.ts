/** Which rows of a list are chosen. */

export type Selection = ReadonlySet<string>;

export const NOTHING: Selection = new Set();

/**
 * The selection after a click on the box of `id`.
 *
 * @param ids The rows in their order.
 * @param from The row that was clicked before: the click with Shift takes all from there; null for
 *   a plain click.
 */
export function picked(
  ids: readonly string[],
  selected: Selection,
  id: string,
  from: string | null,
): Selection {
  const on = !selected.has(id);
  const next = new Set(selected);
  for (const one of between(ids, from ?? id, id)) {
    if (on) next.add(one);
    else next.delete(one);
  }
  return next;
}

function between(
  ids: readonly string[],
  from: string,
  to: string,
): readonly string[] {
  const [start, end] = [ids.indexOf(from), ids.indexOf(to)];
  if (start < 0 || end < 0) return [to];
  return ids.slice(Math.min(start, end), Math.max(start, end) + 1);
}
