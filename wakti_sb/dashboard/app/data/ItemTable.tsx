/** Items as a table by the fields they are known to have. */

import type { Item } from "../api/items.ts";
import type { Field } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useRowDrag } from "./drag.ts";
import { cellText, titleOf } from "./values.ts";

/** More would not be read; the editor shows every field. */
const COLUMNS = 6;
const LONGEST = 120; // characters of a cell

export function ItemTable(props: {
  readonly rows: readonly Item[];
  readonly fields: readonly Field[];
  /** Whether the rows are in their own order, all of them. */
  readonly movable: boolean;
  readonly onEdit: (item: Item) => void;
  readonly onDelete: (item: Item) => void;
  readonly onMove: (from: number, to: number) => void;
}) {
  const { t, number, moment } = useLocale();
  const drag = useRowDrag(props.onMove);
  const shown = props.fields.slice(0, COLUMNS);
  const hidden = props.fields.length - shown.length;
  return (
    <div
      class="table-scroll"
      tabIndex={0}
      role="region"
      aria-label={t.data.title}
    >
      <table class="table table-items">
        <thead>
          <tr>
            {props.movable && (
              <th scope="col" class="cell-grip">
                <span class="unseen">{t.data.order}</span>
              </th>
            )}
            {shown.map((field) => (
              <th
                key={field.name}
                scope="col"
                dir="auto"
                class={field.type === "number" ? "cell-number" : undefined}
              >
                {field.name}
              </th>
            ))}
            {hidden > 0 && (
              <th scope="col" class="muted">{t.data.moreFields(hidden)}</th>
            )}
            <th scope="col">{t.data.changed}</th>
            <th scope="col">
              <span class="unseen">{t.common.more}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={drag.body}>
          {props.rows.map((item, index) => (
            <tr
              key={item.id}
              class={drag.classOf(index)}
              onDblClick={() => props.onEdit(item)}
            >
              {props.movable && (
                <td class="cell-grip">
                  <button
                    type="button"
                    class="grip"
                    aria-label={t.data.drag(titleOf(item))}
                    onPointerDown={(event) => drag.begin(event, index)}
                    onKeyDown={(event) => {
                      const step = STEPS[event.key];
                      if (!step) return;
                      event.preventDefault();
                      props.onMove(index, index + step);
                    }}
                  >
                    <Icon name="grip" size={16} />
                  </button>
                </td>
              )}
              {shown.map((field) => {
                const text = cellText(t.data, number, item.data[field.name]);
                return (
                  <td
                    key={field.name}
                    class={field.type === "number" ? "cell-number" : undefined}
                  >
                    <span class="cell-text" dir="auto">
                      {text.slice(0, LONGEST)}
                    </span>
                  </td>
                );
              })}
              {hidden > 0 && <td class="muted">…</td>}
              <td class="muted cell-time">{moment(item.updated_at)}</td>
              <td class="cell-actions">
                <button
                  type="button"
                  class="button button-plain button-small"
                  aria-label={t.data.editRow(titleOf(item))}
                  onClick={() => props.onEdit(item)}
                >
                  {t.data.edit}
                </button>
                <IconButton
                  danger
                  icon="trash"
                  label={`${t.common.delete} ${titleOf(item)}`}
                  onClick={() => props.onDelete(item)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };
