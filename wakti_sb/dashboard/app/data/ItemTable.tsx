/** Items as a table by the fields they are known to have. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { isAskable, type Sort } from "../api/item_query.ts";
import type { Item } from "../api/items.ts";
import { fieldOf } from "../api/json.ts";
import type { Field } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { picked, type Selection } from "../primitives/selection.ts";
import { friendly, visible } from "../primitives/visible.ts";
import { type Look, nextSort } from "./arrange.ts";
import { useRowDrag } from "./drag.ts";
import { cellText, titleOf } from "./values.ts";

const LONGEST = 120; // characters of a cell

export function ItemTable(props: {
  readonly rows: readonly Item[];
  readonly fields: readonly Field[];
  readonly look: Look;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
  readonly selected: Selection;
  /** Whether the rows are in their own order, all of them. */
  readonly movable: boolean;
  readonly onSelect: (selected: Selection) => void;
  readonly onEdit: (item: Item) => void;
  readonly onDelete: (item: Item) => void;
  readonly onMove: (from: number, to: number) => void;
}) {
  const { t } = useLocale();
  const drag = useRowDrag(props.onMove);
  const anchor = useRef<string | null>(null);
  const shown = props.fields
    .filter(({ name }) => props.look.columns.includes(name));
  const hidden = props.fields.length - shown.length;
  const ids = props.rows.map(({ id }) => id);
  const all = ids.length > 0 && ids.every((id) => props.selected.has(id));

  function toggle(id: string, range: boolean) {
    const from = range ? anchor.current : null;
    props.onSelect(picked(ids, props.selected, id, from));
    anchor.current = id;
  }

  return (
    <div
      class="table-scroll"
      tabIndex={0}
      role="region"
      aria-label={t.data.title}
    >
      <table
        class={props.look.dense
          ? "table table-items table-cards table-dense"
          : "table table-items table-cards"}
      >
        <thead>
          <tr>
            {props.movable && (
              <th scope="col" class="cell-grip">
                <span class="unseen">{t.data.order}</span>
              </th>
            )}
            {shown.map((field) => (
              <ColumnHead
                key={field.name}
                field={field}
                sort={props.sort}
                onSort={props.onSort}
              />
            ))}
            {hidden > 0 && (
              <th scope="col" class="muted">{t.data.moreFields(hidden)}</th>
            )}
            <th scope="col">{t.data.changed}</th>
            <th scope="col" class="cell-actions">
              <input
                type="checkbox"
                class="checkbox"
                aria-label={t.common.selectAll}
                checked={all}
                onChange={() => props.onSelect(new Set(all ? [] : ids))}
              />
            </th>
          </tr>
        </thead>
        <tbody ref={drag.body}>
          {props.rows.map((item, index) => (
            <Row
              key={item.id}
              item={item}
              shown={shown}
              hidden={hidden > 0}
              class={drag.classOf(index)}
              selected={props.selected.has(item.id)}
              grip={props.movable
                ? (
                  <button
                    type="button"
                    class="grip"
                    aria-label={t.data.drag(titleOf(item))}
                    onPointerDown={(event) => drag.begin(event, index)}
                    onKeyDown={(event) => {
                      const step = STEPS.get(event.key);
                      if (!step) return;
                      event.preventDefault();
                      props.onMove(index, index + step);
                    }}
                  >
                    <Icon name="grip" size={16} />
                  </button>
                )
                : null}
              onToggle={(range) => toggle(item.id, range)}
              onEdit={() => props.onEdit(item)}
              onDelete={() => props.onDelete(item)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A column's name; pressed, it orders the table. */
function ColumnHead(props: {
  readonly field: Field;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
}) {
  const { t } = useLocale();
  const { field, sort } = props;
  const sorted = sort?.field === field.name ? sort : null;
  const direction = sorted ? sorted.down ? "descending" : "ascending" : "none";
  return (
    <th
      scope="col"
      aria-sort={direction}
      class={field.type === "number" ? "cell-number" : undefined}
    >
      {isAskable(field.name)
        ? (
          <button
            type="button"
            dir="auto"
            class="column-sort"
            title={t.data.sortBy(friendly(field.name))}
            onClick={() => props.onSort(nextSort(sort, field.name))}
          >
            {friendly(field.name)}
            {sorted && (
              <span aria-hidden="true">{sorted.down ? " ↓" : " ↑"}</span>
            )}
          </button>
        )
        : friendly(field.name)}
    </th>
  );
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ["ArrowUp", -1],
  ["ArrowDown", 1],
]);

function Row(props: {
  readonly item: Item;
  readonly shown: readonly Field[];
  readonly hidden: boolean;
  readonly class: string | undefined;
  readonly selected: boolean;
  readonly grip: ComponentChildren;
  /** Told whether everything from the last one on is meant. */
  readonly onToggle: (range: boolean) => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}) {
  const { t, number, moment } = useLocale();
  const { item } = props;
  const title = titleOf(item);
  return (
    <tr
      class={[props.class, props.selected && "row-selected"]
        .filter(Boolean).join(" ") || undefined}
      onClick={(event) => isPlain(event) && props.onEdit()}
    >
      {props.grip && <td class="cell-grip">{props.grip}</td>}
      {props.shown.map((field) => {
        const value = fieldOf(item.data, field.name);
        const text = cellText(t.data, number, value);
        return (
          <td
            key={field.name}
            data-label={friendly(field.name)}
            class={field.type === "number" ? "cell-number" : undefined}
          >
            <span class="cell-text" dir="auto">
              {visible(text.slice(0, LONGEST))}
            </span>
          </td>
        );
      })}
      {props.hidden && <td class="muted">…</td>}
      <td class="muted cell-time" data-label={t.data.changed}>
        {moment(item.updated_at)}
      </td>
      <td class="cell-actions">
        <button
          type="button"
          class="button button-plain button-small"
          aria-label={t.data.editRow(title)}
          onClick={props.onEdit}
        >
          {t.data.edit}
        </button>
        <IconButton
          danger
          icon="trash"
          label={`${t.common.delete} ${title}`}
          onClick={props.onDelete}
        />
        <input
          type="checkbox"
          class="checkbox"
          aria-label={t.data.selectItem(title)}
          checked={props.selected}
          onClick={(event) => props.onToggle(event.shiftKey)}
        />
      </td>
    </tr>
  );
}

/** A click on the row itself: on no control, and not the end of marking a text. */
function isPlain(event: MouseEvent): boolean {
  const target = event.target as Element;
  return !target.closest("button, input, a") &&
    (getSelection()?.isCollapsed ?? true);
}
