/** Which messages are listed. */

import type { InboxFilter } from "../api/inbox.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Select } from "../primitives/Field.tsx";
import { Search } from "../primitives/Search.tsx";
import { visible } from "../primitives/visible.ts";
import { useProject } from "../projects/project.tsx";

type Box = "all" | "unread" | "read" | "spam";

const BOXES: readonly Box[] = ["all", "unread", "read", "spam"];

export function Filters(props: {
  readonly filter: InboxFilter;
  readonly onFilter: (filter: InboxFilter) => void;
}) {
  const { t, number } = useLocale();
  const { overview } = useProject();
  const { filter, onFilter } = props;
  const chosen: Box = filter.spam ? "spam" : filter.status;
  const names: Readonly<Record<Box, string>> = {
    all: t.common.all,
    unread: t.inbox.unread,
    read: t.inbox.read,
    spam: t.inbox.spam,
  };
  const counts: Readonly<Partial<Record<Box, number>>> = {
    unread: overview.unread,
    spam: overview.spam,
  };
  return (
    <div class="toolbar">
      <div class="segments" role="group" aria-label={t.inbox.status}>
        {BOXES.map((box) => (
          <button
            key={box}
            type="button"
            class="segment"
            aria-pressed={box === chosen}
            onClick={() =>
              onFilter({
                ...filter,
                spam: box === "spam",
                status: box === "spam" ? "all" : box,
              })}
          >
            {names[box]}
            {!!counts[box] && (
              <span class="count">{number(counts[box] ?? 0)}</span>
            )}
          </button>
        ))}
      </div>
      {(overview.forms.length > 1 || filter.form !== null) && (
        <Select
          bare
          label={t.inbox.form}
          value={filter.form ?? ""}
          options={[
            ["", t.inbox.allForms],
            ...overview.forms.map((form) => [form.name, form.name] as const),
          ]}
          onChange={(form) => onFilter({ ...filter, form: form || null })}
        />
      )}
      {(overview.labels.length > 0 || filter.label !== null) && (
        <Select
          bare
          label={t.inbox.label}
          value={filter.label ?? ""}
          options={[
            ["", t.inbox.allLabels],
            ...withChosen(overview.labels, filter.label)
              .map((label) => [label, visible(label)] as const),
          ]}
          onChange={(label) => onFilter({ ...filter, label: label || null })}
        />
      )}
      <Search
        label={t.inbox.searchLabel}
        value={filter.search}
        onSearch={(search) => onFilter({ ...filter, search })}
      />
    </div>
  );
}

/** The labels, with one that an address names and no message has any more. */
function withChosen(
  labels: readonly string[],
  chosen: string | null,
): readonly string[] {
  return chosen === null || labels.includes(chosen)
    ? labels
    : [...labels, chosen];
}
