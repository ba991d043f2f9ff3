/** One message, every field of it as text. */

import { useEffect, useRef } from "preact/hooks";
import type { Mark, Submission } from "../api/inbox.ts";
import { type Data, isData, type Json } from "../api/json.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button, IconButton } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { friendly, visible } from "../primitives/visible.ts";
import { Own } from "./Own.tsx";
import { summarize } from "./summary.ts";

export function Reader(props: {
  readonly submission: Submission | null;
  readonly onBack: () => void;
  readonly onMark: (mark: Mark) => void;
  readonly onNoted: (note: string | null) => void;
  readonly onBlock: (address: string) => void;
  readonly onDelete: () => void;
}) {
  const { t, time } = useLocale();
  const { submission } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [submission?.id]);
  if (!submission) {
    return (
      <section class="reader reader-empty">
        <div class="state-picture">
          <Icon name="mail" size={24} />
        </div>
        <p>
          <strong>{t.inbox.chooseTitle}</strong>
        </p>
        <p class="muted">{t.inbox.chooseLead}</p>
      </section>
    );
  }
  const { who, mail } = summarize(submission);
  const read = submission.status === "read";
  return (
    <article class="card reader">
      <div class="reader-bar">
        <span class="reader-back">
          <IconButton
            icon="back"
            label={t.inbox.back}
            onClick={props.onBack}
          />
        </span>
        {mail && (
          <a
            class="button button-plain button-small"
            href={mailLink(mail)}
          >
            <Icon name="mail" size={16} />
            <span>{t.inbox.reply}</span>
          </a>
        )}
        <Button
          small
          onClick={() => props.onMark({ status: read ? "unread" : "read" })}
        >
          {read ? t.inbox.markUnread : t.inbox.markRead}
        </Button>
        <Button
          small
          onClick={() => props.onMark({ is_spam: !submission.is_spam })}
        >
          {submission.is_spam ? t.inbox.notSpam : t.inbox.toSpam}
        </Button>
        {mail && !submission.is_spam && (
          <Button
            small
            onClick={() => props.onBlock(mail)}
          >
            {t.inbox.block}
          </Button>
        )}
        <span class="spring" />
        <IconButton
          danger
          icon="trash"
          label={t.common.delete}
          onClick={props.onDelete}
        />
      </div>
      <header class="reader-head">
        <h2 ref={heading} tabIndex={-1} dir="auto">{visible(who)}</h2>
        <p class="muted">
          <span class="tag">{visible(submission.form_name)}</span>
          {submission.blocked && <span class="tag">{t.inbox.blocked}</span>}
          <time dateTime={submission.created_at}>
            {time(submission.created_at)}
          </time>
          {origin(submission.origin) && (
            <span dir="ltr">{origin(submission.origin)}</span>
          )}
        </p>
      </header>
      <Fields data={submission.data} empty={t.inbox.noContent} />
      <Own
        key={submission.id}
        submission={submission}
        onMark={props.onMark}
        onNoted={props.onNoted}
      />
    </article>
  );
}

/** A link that begins an answer. The one `@` of an address stays as it is: it is no part of a name. */
function mailLink(address: string): string {
  return `mailto:${encodeURIComponent(address).replace("%40", "@")}`;
}

/** The first release wrote `unknown` where no origin was sent. */
function origin(value: string | null): string | null {
  return value === "unknown" ? null : value;
}

function Fields(props: { data: Json; empty: string }) {
  const data: Data = isData(props.data) ? props.data : { value: props.data };
  const fields = Object.entries(data);
  if (fields.length === 0) return <p class="muted">{props.empty}</p>;
  return (
    <dl class="fields">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt dir="auto" title={visible(name)}>{friendly(name)}</dt>
          <dd dir="auto">
            {typeof value === "object" && value !== null
              ? <pre dir="ltr">{visible(JSON.stringify(value, null, 2))}</pre>
              : visible(String(value ?? "–"))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
