/** The list of messages, and what can be done with several at once. */

import { useRef } from "preact/hooks";
import type { Mark, Submission } from "../api/inbox.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { picked, type Selection } from "../primitives/selection.ts";
import { visible } from "../primitives/visible.ts";
import { summarize } from "./summary.ts";

const SHOWN_LABELS = 2; // of a message in the list; the open one shows all

export function MessageList(props: {
  readonly rows: readonly Submission[];
  readonly chosen: string | null;
  readonly selected: Selection;
  readonly onSelect: (selected: Selection) => void;
  readonly onChoose: (submission: Submission) => void;
}) {
  const { rows, selected } = props;
  const anchor = useRef<string | null>(null);
  function toggle(id: string, range: boolean) {
    const ids = rows.map((one) => one.id);
    props.onSelect(picked(ids, selected, id, range ? anchor.current : null));
    anchor.current = id;
  }
  return (
    <ul class="messages">
      {rows.map((one) => (
        <Message
          key={one.id}
          submission={one}
          chosen={one.id === props.chosen}
          selected={selected.has(one.id)}
          onToggle={(range) => toggle(one.id, range)}
          onChoose={() => props.onChoose(one)}
        />
      ))}
    </ul>
  );
}

function Message(props: {
  readonly submission: Submission;
  readonly chosen: boolean;
  readonly selected: boolean;
  /** Told whether everything from the last one on is meant. */
  readonly onToggle: (range: boolean) => void;
  readonly onChoose: () => void;
}) {
  const { t, moment } = useLocale();
  const { submission } = props;
  const { who, text } = summarize(submission);
  const unread = submission.status === "unread";
  const classes = ["message"];
  if (unread) classes.push("message-unread");
  if (props.chosen) classes.push("message-chosen");
  return (
    <li class={classes.join(" ")}>
      <input
        type="checkbox"
        class="checkbox"
        aria-label={t.common.select(visible(who))}
        checked={props.selected}
        onClick={(event) => props.onToggle(event.shiftKey)}
      />
      <button
        type="button"
        class="message-open"
        aria-current={props.chosen ? "true" : undefined}
        onClick={props.onChoose}
      >
        <span class="message-line">
          <span class="message-who" dir="auto">{visible(who)}</span>
          {unread && <span class="unseen">({t.inbox.unread})</span>}
          <time class="message-time" dateTime={submission.created_at}>
            {moment(submission.created_at)}
          </time>
        </span>
        <span class="message-line">
          <span class="message-text" dir="auto">
            {visible(text) || t.inbox.noContent}
          </span>
          {submission.labels.slice(0, SHOWN_LABELS).map((label) => (
            <span class="tag tag-label" key={label} dir="auto">
              {visible(label)}
            </span>
          ))}
          <span class="tag">{visible(submission.form_name)}</span>
        </span>
      </button>
    </li>
  );
}

export function Bulk(props: {
  readonly rows: readonly Submission[];
  readonly total: number;
  readonly selected: Selection;
  /** Whether the list shows spam. */
  readonly spam: boolean;
  readonly onSelect: (selected: Selection) => void;
  readonly onMark: (mark: Mark) => void;
  /** Every message of the list, on all its pages. */
  readonly onEvery: () => void;
  readonly onDelete: () => void;
}) {
  const { t } = useLocale();
  const { rows, selected, onMark } = props;
  const all = rows.length > 0 && rows.every((one) => selected.has(one.id));
  return (
    <div class="bulk">
      <input
        type="checkbox"
        class="checkbox"
        aria-label={t.common.selectAll}
        checked={all}
        ref={(box) => {
          if (box) box.indeterminate = selected.size > 0 && !all;
        }}
        onChange={() =>
          props.onSelect(all ? new Set() : new Set(rows.map(({ id }) => id)))}
      />
      {selected.size === 0
        ? <span class="muted">{t.inbox.count(props.total)}</span>
        : (
          <div class="bulk-actions">
            <span class="bulk-count">{t.common.selected(selected.size)}</span>
            {all && selected.size < props.total && (
              <Button small kind="quiet" onClick={props.onEvery}>
                {t.inbox.selectEvery(props.total)}
              </Button>
            )}
            <Button small onClick={() => onMark({ status: "read" })}>
              {t.inbox.markRead}
            </Button>
            <Button small onClick={() => onMark({ status: "unread" })}>
              {t.inbox.markUnread}
            </Button>
            <Button small onClick={() => onMark({ is_spam: !props.spam })}>
              {props.spam ? t.inbox.notSpam : t.inbox.toSpam}
            </Button>
            <Button small kind="danger" onClick={props.onDelete}>
              {t.common.delete}
            </Button>
          </div>
        )}
    </div>
  );
}
