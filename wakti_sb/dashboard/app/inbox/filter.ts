/** Which messages are listed, and how the address says so. */

import type { InboxFilter } from "../api/inbox.ts";
import type { View } from "../routing/route.ts";

export const NO_FILTER: InboxFilter = {
  form: null,
  status: "all",
  spam: false,
  label: null,
  search: "",
};

export function isFiltered(filter: InboxFilter): boolean {
  return filter.form !== null || filter.status !== "all" || filter.spam ||
    filter.label !== null || filter.search !== "";
}

/** The filter that an address asks for; words that mean nothing are no filter. */
export function filterOf(view: View): InboxFilter {
  const read = (name: string) => Object.hasOwn(view, name) ? view[name] : "";
  const box = read("box");
  return {
    form: read("form") || null,
    status: box === "unread" || box === "read" ? box : "all",
    spam: box === "spam",
    label: read("label") || null,
    search: read("search") ?? "",
  };
}

export function viewOf(filter: InboxFilter): View {
  return {
    form: filter.form ?? "",
    box: filter.spam ? "spam" : filter.status === "all" ? "" : filter.status,
    label: filter.label ?? "",
    search: filter.search,
  };
}
