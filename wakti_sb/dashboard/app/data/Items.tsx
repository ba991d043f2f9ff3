/** The items of one collection. */

import { useState } from "preact/hooks";
import type { Page } from "../api/client.ts";
import { EVERY_ITEM, isWhole, type ItemQuery } from "../api/item_query.ts";
import {
  allItems,
  deleteItem,
  type Item,
  ITEM_PAGE,
  itemIds,
  listItems,
  moveItem,
  type Place,
  setStatus,
} from "../api/items.ts";
import { learned, readFields } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { useLoad } from "../primitives/load.ts";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { NOTHING, type Selection } from "../primitives/selection.ts";
import { Search } from "../primitives/Search.tsx";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { ExportMenu } from "../transfer/ExportMenu.tsx";
import { useItemQuery, useLook } from "./arrange.ts";
import { BulkBar } from "./BulkBar.tsx";
import { CollectionMenu } from "./CollectionMenu.tsx";
import { draftOf, dropDraft } from "./drafts.ts";
import { FilterBar } from "./FilterBar.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import { undoImport } from "./importing.ts";
import { ItemEditor } from "./ItemEditor.tsx";
import { ItemTable } from "./ItemTable.tsx";
import { Kept } from "./Kept.tsx";
import { titleFirst, titleOf } from "./values.ts";
import { ViewMenu } from "./ViewMenu.tsx";

type Work =
  | { readonly what: "edit" | "delete"; readonly item: Item }
  | { readonly what: "delete many"; readonly ids: readonly string[] }
  | { readonly what: "add" | "import" };

export function Items(props: {
  readonly collection: string;
  /** What people call it. */
  readonly title: string;
}) {
  const { t, number } = useLocale();
  const toasts = useToasts();
  const { api, owner, project, refresh } = useProject();
  const { collection } = props;
  const place: Place = { project: project.id, owner: owner.id, collection };
  const [query, setQuery] = useItemQuery();
  const [start, setStart] = useStart();
  const [work, setWork] = useState<Work | null>(null);
  const [selected, setSelected] = useState<Selection>(NOTHING);
  const list = useLoad(
    JSON.stringify([query, start]),
    () => listItems(api, place, query, start),
  );
  useRange(list.value, [start, setStart]);
  const schema = useLoad(collection, () => readFields(api, place));
  const rows = list.value?.rows ?? [];
  const fields = titleFirst(
    learned(schema.value ?? [], rows.map(({ data }) => data)),
  );

  const look = useLook(place, fields);
  const whole = isWhole(query);

  function arrange(change: Partial<ItemQuery>) {
    setQuery(change);
    setSelected(NOTHING);
  }

  async function reload() {
    await Promise.all([list.reload(), schema.reload(), refresh()]);
  }

  async function remove(item: Item) {
    await deleteItem(api, item.id);
    dropDraft(place, item.id);
    offerUndo(t.data.deleted, [item.id]);
  }

  async function removeMany(ids: readonly string[]) {
    await setStatus(api, ids, "deleted");
    setSelected(NOTHING);
    offerUndo(t.data.deletedMany(ids.length), ids);
  }

  /** Says what was deleted, with the way back. The dialog need not wait for the list. */
  function offerUndo(said: string, ids: readonly string[]) {
    toasts.say(said, {
      label: t.common.undo,
      run: () =>
        attempt(async () => {
          await setStatus(api, ids, "active");
          toasts.say(
            ids.length === 1
              ? t.data.restored
              : t.data.restoredMany(ids.length),
          );
        }),
    });
    reload();
  }

  async function attempt(change: () => Promise<void>) {
    try {
      await change();
    } catch (error) {
      toasts.fail(error);
    }
    await reload();
  }

  /** Opens the editor as it was left: whether the item is still as it was is asked on saving. */
  function goOn(id: string | null) {
    const item = draftOf(place, id)?.base;
    setWork(item ? { what: "edit", item } : { what: "add" });
  }

  /** Moves a row to another place of the page; shown at once. */
  async function move(from: number, to: number) {
    const item = rows[from];
    if (!item || to === from || to < 0 || to >= rows.length) return;
    const others = rows.filter((one) => one.id !== item.id);
    const behind = others[to - 1] ?? null;
    list.replace((page) => ({ ...page, rows: others.toSpliced(to, 0, item) }));
    try {
      const first = to === 0 && start > 0;
      const after = first ? await lastBefore(start) : behind?.id ?? null;
      await moveItem(api, item.id, after);
      toasts.say(t.data.moved(titleOf(item), number(start + to + 1)));
    } catch (error) {
      toasts.fail(error);
    }
    await list.reload();
  }

  /** The item before this page: what the page's first one follows. */
  async function lastBefore(index: number): Promise<string | null> {
    const before = await listItems(
      api,
      place,
      EVERY_ITEM,
      index - ITEM_PAGE,
    );
    return before.rows.at(-1)?.id ?? null;
  }

  const close = () => setWork(null);
  const nothing = list.value?.total === 0;
  return (
    <section class="library-items" aria-label={collection}>
      <div class="toolbar">
        {nothing && whole ? <span class="spring" /> : (
          <Search
            label={t.data.searchLabel}
            value={query.search}
            onSearch={(search) => arrange({ search })}
          />
        )}
        {!(nothing && whole) && <ViewMenu fields={fields} look={look} />}
        <CollectionMenu
          place={place}
          title={props.title}
          onChanged={reload}
        />
        <ExportMenu
          name={collection}
          rows={(): AsyncIterable<Page<Item>> => allItems(api, place, query)}
          row={({ data, ...own }) => ({ own, data })}
          disabled={nothing}
        />
        <Button icon="uploads" onClick={() => setWork({ what: "import" })}>
          {t.data.import}
        </Button>
        <Button
          kind="primary"
          icon="plus"
          onClick={() => setWork({ what: "add" })}
        >
          {t.data.addItem}
        </Button>
      </div>
      {!(nothing && whole) && (
        <FilterBar
          fields={fields}
          filters={query.filters}
          onFilters={(filters) => arrange({ filters })}
        />
      )}
      <Kept
        place={place}
        onUndo={(change) =>
          attempt(async () => {
            await undoImport(api, place, change);
            toasts.say(t.data.importUndone);
          })}
        unsaved={work === null}
        onOpen={goOn}
        onDropped={list.reload}
      />
      {list.value === null
        ? list.problem
          ? <Failed problem={list.problem} onRetry={list.reload} />
          : <Loading />
        : nothing
        ? (
          <Empty
            icon={whole ? "data" : "search"}
            title={whole ? t.data.emptyItemsTitle : t.data.nothingTitle}
            lead={whole ? t.data.emptyItemsLead : t.data.nothingLead}
          >
            {!whole && (
              <button
                type="button"
                class="link"
                onClick={() => arrange(EVERY_ITEM)}
              >
                {t.common.clearFilters}
              </button>
            )}
          </Empty>
        )
        : (
          <div class="card">
            {selected.size > 0 && (
              <BulkBar
                selected={selected}
                total={list.value.total}
                onAll={() =>
                  attempt(async () =>
                    setSelected(new Set(await itemIds(api, place, query)))
                  )}
                onDelete={() =>
                  setWork({ what: "delete many", ids: [...selected] })}
                onNone={() => setSelected(NOTHING)}
              />
            )}
            <ItemTable
              rows={rows}
              fields={fields}
              selected={selected}
              look={look}
              sort={query.sort}
              onSort={(sort) => arrange({ sort })}
              movable={whole}
              onSelect={setSelected}
              onEdit={(item) => setWork({ what: "edit", item })}
              onDelete={(item) => setWork({ what: "delete", item })}
              onMove={move}
            />
            <div class="card-foot">
              <span class="muted">{t.data.items(list.value.total)}</span>
              <Pager
                start={start}
                size={ITEM_PAGE}
                total={list.value.total}
                onStart={setStart}
              />
            </div>
          </div>
        )}
      {work?.what === "delete" && (
        <Confirm
          title={t.data.deleteTitle}
          lead={t.data.deleteLead}
          action={t.common.delete}
          onConfirm={() => remove(work.item)}
          onClose={close}
        />
      )}
      {work?.what === "delete many" && (
        <Confirm
          title={t.data.deleteMany(work.ids.length)}
          lead={t.data.deleteLead}
          action={t.common.delete}
          onConfirm={() => removeMany(work.ids)}
          onClose={close}
        />
      )}
      {(work?.what === "edit" || work?.what === "add") && (
        <ItemEditor
          place={place}
          item={work.what === "edit" ? work.item : null}
          fields={fields}
          onSaved={reload}
          onClose={close}
        />
      )}
      {work?.what === "import" && (
        <ImportDialog
          place={place}
          fields={fields}
          onImported={reload}
          onClose={close}
        />
      )}
    </section>
  );
}
