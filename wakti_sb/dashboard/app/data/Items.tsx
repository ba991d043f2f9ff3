/** The items of one collection. */

import { useState } from "preact/hooks";
import type { Page } from "../api/client.ts";
import {
  allItems,
  deleteItem,
  type Item,
  ITEM_PAGE,
  listItems,
  moveItem,
  type Place,
  restoreItem,
} from "../api/items.ts";
import { learned, readFields } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { useLoad } from "../primitives/load.ts";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { Search } from "../primitives/Search.tsx";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { ExportMenu } from "../transfer/ExportMenu.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import { ItemEditor } from "./ItemEditor.tsx";
import { ItemTable } from "./ItemTable.tsx";
import { titleFirst, titleOf } from "./values.ts";

type Work =
  | { readonly what: "edit" | "delete"; readonly item: Item }
  | { readonly what: "add" | "import" };

export function Items(props: { collection: string }) {
  const { t, number } = useLocale();
  const toasts = useToasts();
  const { api, owner, project, refresh } = useProject();
  const { collection } = props;
  const place: Place = { project: project.id, owner: owner.id, collection };
  const [search, setSearch] = useState("");
  const [start, setStart] = useStart();
  const [work, setWork] = useState<Work | null>(null);
  const list = useLoad(
    JSON.stringify([search, start]),
    () => listItems(api, place, search, start),
  );
  useRange(list.value, [start, setStart]);
  const schema = useLoad(collection, () => readFields(api, place));
  const rows = list.value?.rows ?? [];
  const fields = titleFirst(
    learned(schema.value ?? [], rows.map(({ data }) => data)),
  );

  async function reload() {
    await Promise.all([list.reload(), schema.reload(), refresh()]);
  }

  async function remove(item: Item) {
    await deleteItem(api, item.id);
    toasts.say(t.data.deleted, {
      label: t.common.undo,
      run: async () => {
        try {
          await restoreItem(api, item.id);
          toasts.say(t.data.restored);
        } catch (error) {
          toasts.fail(error);
        }
        await reload();
      },
    });
    // The dialog need not wait for the list.
    reload();
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
    const before = await listItems(api, place, "", index - ITEM_PAGE);
    return before.rows.at(-1)?.id ?? null;
  }

  const close = () => setWork(null);
  const nothing = list.value?.total === 0;
  return (
    <section class="library-items" aria-label={collection}>
      <div class="toolbar">
        {!(nothing && !search) && (
          <Search
            label={t.data.searchLabel}
            value={search}
            onSearch={(text) => {
              setSearch(text);
              setStart(0);
            }}
          />
        )}
        <span class="spring" />
        <ExportMenu
          name={collection}
          rows={(): AsyncIterable<Page<Item>> => allItems(api, place, search)}
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
      {list.value === null
        ? list.problem
          ? <Failed problem={list.problem} onRetry={list.reload} />
          : <Loading />
        : nothing
        ? (
          <Empty
            icon={search ? "search" : "data"}
            title={search ? t.data.nothingTitle : t.data.emptyItemsTitle}
            lead={search ? t.data.nothingLead : t.data.emptyItemsLead}
          />
        )
        : (
          <div class="card">
            <ItemTable
              rows={rows}
              fields={fields}
              movable={search === ""}
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
        <ImportDialog place={place} onImported={reload} onClose={close} />
      )}
    </section>
  );
}
