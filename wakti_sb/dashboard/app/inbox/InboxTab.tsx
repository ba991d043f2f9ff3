/** The inbox: a list at the side, the open message beside it. */

import { useEffect, useState } from "preact/hooks";
import {
  allSubmissions,
  deleteSubmissions,
  INBOX_PAGE,
  type InboxFilter,
  listSubmissions,
  type Mark,
  markSubmissions,
  type Submission,
} from "../api/inbox.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { go, href } from "../shell/route.ts";
import { ExportMenu } from "../transfer/ExportMenu.tsx";
import { Filters, isFiltered, NO_FILTER } from "./Filters.tsx";
import { Bulk, MessageList } from "./MessageList.tsx";
import { Reader } from "./Reader.tsx";

export function InboxTab(props: { chosen: string | null }) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, overview, newest, refresh } = useProject();
  const [filter, setFilter] = useState<InboxFilter>(NO_FILTER);
  const [start, setStart] = useStart();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
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
  }, [newest]);
  // The open message stays open when it leaves the list: read, it is no longer
  // among the unread.
  const [open, setOpen] = useState<Submission | null>(null);
  const rows = list.value?.rows ?? [];
  useEffect(() => {
    const found = rows.find((one) => one.id === props.chosen);
    if (found) setOpen(found);
    else if (!props.chosen) setOpen(null);
  }, [props.chosen, list.value]);

  function show(id: string | null) {
    go(id ? href(project.id, "inbox", id) : href(project.id, "inbox"));
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
    await mark([...selected], change);
    toasts.say(t.inbox.marked(selected.size));
    setSelected(new Set());
    await list.reload();
  }

  async function remove() {
    await deleteSubmissions(api, doomed);
    toasts.say(t.inbox.deleted(doomed.length));
    setSelected(new Set());
    if (props.chosen && doomed.includes(props.chosen)) show(null);
    // The dialog need not wait for the list.
    list.reload();
    refresh();
  }

  function choose(one: Submission) {
    setOpen(one);
    show(one.id);
    if (one.status === "unread") mark([one.id], { status: "read" });
  }

  const filtered = isFiltered(filter);
  const nothing = list.value?.total === 0;
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
              onFilter={(next) => {
                setFilter(next);
                setStart(0);
                setSelected(new Set());
              }}
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
                        onClick={() => setFilter(NO_FILTER)}
                      >
                        {t.inbox.clearFilters}
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
                        onDelete={() => setDoomed([...selected])}
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
                          setSelected(new Set());
                        }}
                      />
                    </>
                  )}
              </section>
              <Reader
                submission={open}
                onBack={() => show(null)}
                onMark={(change) => open && mark([open.id], change)}
                onDelete={() => open && setDoomed([open.id])}
              />
            </div>
          </>
        )}
      {doomed.length > 0 && (
        <Confirm
          title={t.inbox.deleteTitle(doomed.length)}
          lead={t.inbox.deleteLead}
          action={t.common.delete}
          onConfirm={remove}
          onClose={() => setDoomed([])}
        />
      )}
    </>
  );
}
