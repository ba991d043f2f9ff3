/** Which part of a long list is shown. */

import { useEffect } from "preact/hooks";
import type { Page } from "../api/client.ts";
import { useView } from "../routing/route.ts";

/** Where the page begins that is shown, and how to show another. */
export type Start = readonly [number, (start: number) => void];

/** The place is in the address: a page of a list can be kept and sent. */
export function useStart(): Start {
  const [text, setText] = useView("from");
  const start = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return [start, (next) => setText(next === 0 ? "" : String(next))];
}

/** Goes back to the first page when the list no longer reaches this one. */
export function useRange<Row>(
  page: Page<Row> | null,
  [start, setStart]: Start,
): void {
  useEffect(() => {
    if (page && page.rows.length === 0 && start > 0) setStart(0);
  }, [page, start]);
}
