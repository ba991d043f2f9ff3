/** What can be done with the selected items. */

import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import type { Selection } from "../primitives/selection.ts";

export function BulkBar(props: {
  readonly selected: Selection;
  /** Items that the list shows on all its pages. */
  readonly total: number;
  readonly onAll: () => void;
  readonly onNone: () => void;
  readonly onDelete: () => void;
}) {
  const { t } = useLocale();
  const { selected, total } = props;
  return (
    <div class="bulk bulk-items">
      <div class="bulk-actions">
        <span class="bulk-count">{t.common.selected(selected.size)}</span>
        {selected.size < total && (
          <Button small kind="quiet" onClick={props.onAll}>
            {t.data.selectEvery(total)}
          </Button>
        )}
        <Button small kind="quiet" onClick={props.onNone}>
          {t.common.selectNone}
        </Button>
        <Button small kind="danger" onClick={props.onDelete}>
          {t.common.delete}
        </Button>
      </div>
    </div>
  );
}
