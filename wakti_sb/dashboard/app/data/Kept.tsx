/** What this browser keeps of a collection: an import that can be undone, work that is not saved. */

import type { Place } from "../api/items.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Notice } from "../primitives/States.tsx";
import { drafted, dropDraft } from "./drafts.ts";
import { type Change, lastChange } from "./undo.ts";

export function Kept(props: {
  readonly place: Place;
  readonly onUndo: (change: Change) => void;
  /** Whether to tell of unsaved work: not while it is on screen. */
  readonly unsaved: boolean;
  /** Told which item is to be edited on; null for a new one. */
  readonly onOpen: (id: string | null) => void;
  readonly onDropped: () => void;
}) {
  const { t, moment } = useLocale();
  const { place } = props;
  const undoable = lastChange(place.project, place.collection);
  const unsaved = props.unsaved ? drafted(place) : [];
  return (
    <>
      {undoable && (
        <Notice tone="calm">
          {t.data.importedAt(moment(new Date(undoable.at).toISOString()))}{" "}
          <button
            type="button"
            class="link"
            onClick={() => props.onUndo(undoable)}
          >
            {t.data.importUndo}
          </button>
        </Notice>
      )}
      {unsaved.map((id) => (
        <Notice key={id ?? ""} tone="warning">
          {id === null ? t.data.unsavedNew : t.data.unsaved}{" "}
          <button type="button" class="link" onClick={() => props.onOpen(id)}>
            {t.data.unsavedOpen}
          </button>{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              dropDraft(place, id);
              props.onDropped();
            }}
          >
            {t.data.unsavedDrop}
          </button>
        </Notice>
      ))}
    </>
  );
}
