/** What is being uploaded, and what became of it. */

import { limits } from "../api/limits.ts";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { visible } from "../primitives/visible.ts";
import { canRetry, type Queue, type Queued, type Sending } from "./queue.ts";

export function QueueList(props: { queue: Queue }) {
  const { t } = useLocale();
  const { queue } = props;
  if (queue.files.length === 0) return null;
  return (
    <section class="card queue" aria-label={t.uploads.queue}>
      <header class="queue-head">
        <h2>{t.uploads.queue}</h2>
        {!queue.busy && (
          <button type="button" class="link" onClick={queue.clear}>
            {t.uploads.dismiss}
          </button>
        )}
      </header>
      <ul>
        {queue.files.map((one) => (
          <QueueRow key={one.id} queued={one} queue={queue} />
        ))}
      </ul>
    </section>
  );
}

function QueueRow(props: { queued: Queued; queue: Queue }) {
  const { t, bytes } = useLocale();
  const { queued, queue } = props;
  const { file, sending } = queued;
  const name = visible(file.name);
  const bad = sending.state === "failed" || sending.state === "unsent";
  const under = sending.state === "waiting" || sending.state === "sending";
  return (
    <li class={bad ? "queue-row queue-row-bad" : "queue-row"}>
      <Icon
        name={bad ? "warning" : sending.state === "stored" ? "check" : "file"}
      />
      <div class="queue-text">
        <span class="queue-name" dir="auto">{name}</span>
        <small class="muted">
          {bytes(file.size)} · <Said sending={sending} />
        </small>
        {sending.state === "sending" && (
          <progress
            class="progress"
            value={sending.part}
            max={1}
            aria-label={name}
          />
        )}
      </div>
      {under && (
        <IconButton
          icon="close"
          label={t.uploads.cancelOf(name)}
          onClick={() => queue.cancel(queued.id)}
        />
      )}
      {canRetry(sending) && (
        <IconButton
          icon="refresh"
          label={t.uploads.retryOf(name)}
          onClick={() => queue.retry(queued.id)}
        />
      )}
    </li>
  );
}

function Said(props: { sending: Sending }) {
  const { t, bytes, percent, problem } = useLocale();
  const { sending } = props;
  switch (sending.state) {
    case "sending":
      return <span>{t.uploads.sending(percent(sending.part))}</span>;
    case "failed":
      return <span role="alert">{problem(sending.problem)}</span>;
    case "unsent":
      return (
        <span role="alert">
          {sending.reason === "tooLarge"
            ? t.uploads.tooLarge(bytes(limits.file))
            : t.uploads[sending.reason]}
        </span>
      );
    default:
      return <span>{t.uploads[sending.state]}</span>;
  }
}
