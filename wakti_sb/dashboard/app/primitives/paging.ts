/** Which part of a long list is shown. */

import { useEffect, useState } from "preact/hooks";
import type { Page } from "../api/client.ts";

/** Where the page begins that is shown, and how to show another. */
export type Start = readonly [number, (start: number) => void];

export function useStart(): Start {
  return useState(0);
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
