/** The inbox: a list at the side, the open message beside it. */

import { useEffect, useState } from "preact/hooks";
import { blockSender } from "../api/blocking.ts";
import {
  allSubmissions,
  deleteSubmissions,
  INBOX_PAGE,
  type InboxFilter,
  listSubmissions,
  type Mark,
  markSubmissions,
  readSubmission,
  type Submission,
  submissionIds,
} from "../api/inbox.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { NOTHING, type Selection } from "../primitives/selection.ts";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { visible } from "../primitives/visible.ts";
import { useProject } from "../projects/project.tsx";
import { go, href, parse, replaceView, type View } from "../routing/route.ts";
import { ExportMenu } from "../transfer/ExportMenu.tsx";
import { useDeletion } from "./deletion.ts";
import { filterOf, isFiltered, NO_FILTER, viewOf } from "./filter.ts";
import { Filters } from "./Filters.tsx";
import { Bulk, MessageList } from "./MessageList.tsx";
import { Reader } from "./Reader.tsx";

export function InboxTab(props: { chosen: string | null; view: View }) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, overview, newest, refresh } = useProject();
  const filter = filterOf(props.view);
  const [start, setStart] = useStart();
  const [selected, setSelected] = useState<Selection>(NOTHING);
  const [doomed, setDoomed] = useState<readonly string[]>([]);
  const key = JSON.stringify([project.id, filter, start]);
  const list = useLoad(
    key,
    () => listSubmissions(api, project.id, filter, start),
  );
  useRange(list.value, [start, setStart]);
  useEffect(() => {
    // The first look only tells what the list shows already.
    if (newest !== null && list.value) list.reload();
  }, [newest, overview.submissions]);
  const deletion = useDeletion(
    async (ids) => {
      await deleteSubmissions(api, ids);
      await Promise.all([list.reload(), refresh()]);
    },
    toasts.fail,
  );
  const rows = (list.value?.rows ?? [])
    .filter(({ id }) => !deletion.hidden.has(id));
  // The open message stays open when it leaves the list: read, it is no longer
  // among the unread.
  const [open, setOpen] = useState<Submission | null>(null);
  useEffect(() => {
    const found = rows.find((one) => one.id === props.chosen);
    if (found) setOpen(found);
    else if (!props.chosen) setOpen(null);
    else if (list.value && open?.id !== props.chosen) return find(props.chosen);
  }, [props.chosen, list.value]);

  /**
   * Opens the message that an address names, wherever in the list it is. What it
   * returns forgets it: who has left that address must not be led back.
   */
  function find(id: string): () => void {
    let isForgotten = false;
    // The address is there before the page has followed it.
    const isLeft = () => isForgotten || parse(location.hash).detail !== id;
    readSubmission(api, id).then(
      (found) => isLeft() || setOpen(found),
      (error) => {
        if (isLeft()) return;
        toasts.fail(error);
        show(null);
      },
    );
    return () => {
      isForgotten = true;
    };
  }

  function show(id: string | null) {
    go(href(project.id, "inbox", id, props.view));
  }

  function change(next: InboxFilter) {
    replaceView({ ...viewOf(next), from: "" });
    setSelected(NOTHING);
  }

  async function mark(ids: readonly string[], change: Mark) {
    // Shown at once; taken back by the reload if the server refuses.
    const touched = (one: Submission) =>
      ids.includes(one.id) ? { ...one, ...change } : one;
    list.replace((page) => ({ ...page, rows: page.rows.map(touched) }));
    setOpen((one) => one && touched(one));
    try {
      await markSubmissions(api, ids, change);
    } catch (error) {
      toasts.fail(error);
      await list.reload();
    }
    await refresh();
  }

  async function markMany(change: Mark) {
    const ids = [...selected];
    setSelected(NOTHING);
    await mark(ids, change);
    if (change.is_spam === undefined) toasts.say(t.inbox.marked(ids.length));
    else sayMoved(ids, change.is_spam);
    await list.reload();
  }

  function sayMoved(ids: readonly string[], is_spam: boolean) {
    const said = is_spam ? t.inbox.movedToSpam : t.inbox.movedToInbox;
    toasts.say(said(ids.length), {
      label: t.common.undo,
      run: async () => {
        await mark(ids, { is_spam: !is_spam });
        await list.reload();
      },
    });
  }

  /** What is read after `id` is gone from the list: the next one, else the one before. */
  function advance(ids: readonly string[]) {
    const at = rows.findIndex(({ id }) => id === props.chosen);
    if (at < 0 || !props.chosen || !ids.includes(props.chosen)) return;
    const left = ({ id }: Submission) => !ids.includes(id);
    const next = rows.slice(at).find(left) ?? rows.slice(0, at).findLast(left);
    if (next) choose(next);
    else show(null);
  }

  function remove(ids: readonly string[]) {
    setDoomed([]);
    setSelected(NOTHING);
    advance(ids);
    const undo = deletion.begin(ids);
    toasts.say(t.inbox.deleted(ids.length), {
      label: t.common.undo,
      run: () => {
        undo();
        list.reload();
      },
    });
  }

  /** A page of messages can be taken back with one click; more is asked about first. */
  function askOrRemove(ids: readonly string[]) {
    if (ids.length > INBOX_PAGE) setDoomed(ids);
    else remove(ids);
  }

  async function moveOpen(change: Mark) {
    if (!open) return;
    const { id } = open;
    if (change.is_spam !== undefined) {
      advance([id]);
      sayMoved([id], change.is_spam);
    }
    await mark([id], change);
    if (change.is_spam !== undefined) await list.reload();
  }

  /** What was written about the open message is stored: nothing to ask the server about. */
  function noted(id: string, note: string | null) {
    const touched = (one: Submission) => one.id === id ? { ...one, note } : one;
    list.replace((page) => ({ ...page, rows: page.rows.map(touched) }));
    setOpen((one) => one && touched(one));
  }

  async function block(address: string) {
    try {
      await blockSender(api, project.id, address);
    } catch (error) {
      return toasts.fail(error);
    }
    toasts.say(t.inbox.didBlock(visible(address)));
    await moveOpen({ is_spam: true });
  }

  function choose(one: Submission) {
    setOpen(one);
    show(one.id);
    if (one.status === "unread") mark([one.id], { status: "read" });
  }

  async function selectEvery() {
    try {
      setSelected(new Set(await submissionIds(api, project.id, filter)));
    } catch (error) {
      toasts.fail(error);
    }
  }

  const filtered = isFiltered(filter);
  const nothing = list.value !== null && rows.length === 0 &&
    list.value.total <= deletion.hidden.size;
  return (
    <>
      <PageHead title={t.inbox.title} lead={t.inbox.lead}>
        <ExportMenu
          name={`${filter.form ?? "inbox"}`}
          rows={() => allSubmissions(api, project.id, filter)}
          row={({ data, ...own }) => ({ own, data })}
          disabled={nothing}
        />
      </PageHead>
      {nothing && !filtered && overview.submissions === 0
        ? (
          <Empty
            icon="inbox"
            title={t.inbox.emptyTitle}
            lead={t.inbox.emptyLead}
          >
            <a class="button button-plain" href={href(project.id, "settings")}>
              {t.inbox.emptyAction}
            </a>
          </Empty>
        )
        : (
          <>
            <Filters
              filter={filter}
              onFilter={change}
            />
            <div class={open ? "mailbox mailbox-open" : "mailbox"}>
              <section class="card mailbox-list" aria-label={t.inbox.list}>
                {list.value === null
                  ? list.problem
                    ? <Failed problem={list.problem} onRetry={list.reload} />
                    : <Loading />
                  : nothing
                  ? (
                    <Empty
                      icon="search"
                      title={t.inbox.nothingTitle}
                      lead={t.inbox.nothingLead}
                    >
                      <button
                        type="button"
                        class="link"
                        onClick={() => change(NO_FILTER)}
                      >
                        {t.common.clearFilters}
                      </button>
                    </Empty>
                  )
                  : (
                    <>
                      <Bulk
                        rows={rows}
                        total={list.value.total}
                        selected={selected}
                        spam={filter.spam}
                        onSelect={setSelected}
                        onMark={markMany}
                        onEvery={selectEvery}
                        onDelete={() => askOrRemove([...selected])}
                      />
                      <MessageList
                        rows={rows}
                        chosen={open?.id ?? null}
                        selected={selected}
                        onSelect={setSelected}
                        onChoose={choose}
                      />
                      <Pager
                        start={start}
                        size={INBOX_PAGE}
                        total={list.value.total}
                        onStart={(next) => {
                          setStart(next);
                          setSelected(NOTHING);
                        }}
                      />
                    </>
                  )}
              </section>
              <Reader
                submission={open}
                onBack={() => show(null)}
                onMark={moveOpen}
                onNoted={(note) => open && noted(open.id, note)}
                onBlock={block}
                onDelete={() => open && remove([open.id])}
              />
            </div>
          </>
        )}
      {doomed.length > 0 && (
        <Confirm
          title={t.inbox.deleteTitle(doomed.length)}
          lead={t.inbox.deleteLead}
          action={t.common.delete}
          onConfirm={() => Promise.resolve(remove(doomed))}
          onClose={() => setDoomed([])}
        />
      )}
    </>
  );
}
