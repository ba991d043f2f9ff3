/** Words of every tab. */

import { plural } from "../plural.ts";

export const common = {
  product: "Wakti",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  saving: "Saving…",
  saved: "Saved",
  delete: "Delete",
  undo: "Undo",
  retry: "Try again",
  loading: "Loading…",
  clearSearch: "Clear search",
  clearFilters: "Clear filters",
  add: "Add",
  typeEntry: "Type an entry and press Enter.",
  removeEntry: (entry: string) => `Remove ${entry}`,
  copy: "Copy",
  copied: "Copied",
  all: "All",
  more: "More actions",
  select: (name: string) => `Select ${name}`,
  selectAll: "Select all on this page",
  selectNone: "Clear selection",
  selected: (count: number) => `${count} selected`,
  pages: "Pages",
  previous: "Previous page",
  next: "Next page",
  range: (first: string, last: string, total: string) =>
    `${first}–${last} of ${total}`,
  never: "Never",
  export: "Export",
  exportCsv: "Export as CSV",
  exportJson: "Export as JSON",
  exporting: (part: string) => `Exporting… ${part}`,
  exported: (count: number) =>
    plural("en", count, { one: "# row exported", other: "# rows exported" }),
  used: (used: string, most: string) => `${used} of ${most} used`,
};
