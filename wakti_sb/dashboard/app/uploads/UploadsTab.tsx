/** The site's files. */

import { useEffect, useState } from "preact/hooks";
import { limits } from "../api/limits.ts";
import {
  deleteUpload,
  listUploads,
  publicUrl,
  type Upload,
  UPLOAD_PAGE,
} from "../api/uploads.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { visible } from "../primitives/visible.ts";
import { useProject } from "../projects/project.tsx";
import { DropZone } from "./DropZone.tsx";
import { Files } from "./Files.tsx";
import { QueueList } from "./QueueList.tsx";
import { useUploads } from "./QueueProvider.tsx";

export function UploadsTab() {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, overview, refresh } = useProject();
  const [start, setStart] = useStart();
  const [doomed, setDoomed] = useState<Upload | null>(null);
  const list = useLoad(
    JSON.stringify([project.id, start]),
    () => listUploads(api, project.id, start),
  );
  useRange(list.value, [start, setStart]);
  const { queue, rounds } = useUploads();
  useEffect(() => {
    if (rounds > 0) list.reload();
  }, [rounds]);
  async function remove(upload: Upload) {
    try {
      await deleteUpload(api, project.id, upload.id);
      toasts.say(t.uploads.deleted(visible(upload.filename)));
    } finally {
      // The dialog need not wait for the list.
      list.reload();
      refresh();
    }
  }
  return (
    <>
      <PageHead title={t.uploads.title} lead={t.uploads.lead}>
        <Quota used={overview.bytes} />
      </PageHead>
      <DropZone onFiles={queue.add} />
      <QueueList queue={queue} />
      {list.value === null
        ? list.problem
          ? <Failed problem={list.problem} onRetry={list.reload} />
          : <Loading rows={3} />
        : list.value.total === 0
        ? (
          <div class="state state-slim">
            <div class="state-picture">
              <Icon name="file" size={26} />
            </div>
            <h2>{t.uploads.emptyTitle}</h2>
            <p>{t.uploads.emptyLead}</p>
          </div>
        )
        : (
          <>
            <p class="muted list-count">{t.uploads.count(list.value.total)}</p>
            <Files
              rows={list.value.rows}
              urlOf={(upload) => publicUrl(api, upload.storage_path)}
              onDelete={setDoomed}
            />
            <Pager
              start={start}
              size={UPLOAD_PAGE}
              total={list.value.total}
              onStart={setStart}
            />
          </>
        )}
      {doomed && (
        <Confirm
          title={t.uploads.deleteTitle}
          lead={t.uploads.deleteLead(visible(doomed.filename))}
          action={t.common.delete}
          onConfirm={() => remove(doomed)}
          onClose={() => setDoomed(null)}
        />
      )}
    </>
  );
}

function Quota(props: { used: number }) {
  const { t, bytes } = useLocale();
  const part = Math.min(1, props.used / limits.project);
  const said = t.common.used(bytes(props.used), bytes(limits.project));
  return (
    <div class="quota">
      <span class="quota-text">{said}</span>
      <meter
        class={part > 0.9 ? "quota-bar quota-bar-full" : "quota-bar"}
        min={0}
        max={1}
        value={part}
        aria-label={t.uploads.usedLabel}
        aria-valuetext={said}
      />
    </div>
  );
}
