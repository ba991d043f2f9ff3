/** The files on their way, above the tabs: an upload goes on whichever tab is shown. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { partSent, type Queue, useQueue } from "./queue.ts";

interface Uploading {
  readonly queue: Queue;
  /** How often everything that was on its way has arrived: the list is to be read again. */
  readonly rounds: number;
}

const Context = createContext<Uploading | null>(null);

export function useUploads(): Uploading {
  const uploads = useContext(Context);
  if (!uploads) throw new Error("useUploads() needs a QueueProvider");
  return uploads;
}

export function QueueProvider(props: { children: ComponentChildren }) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const [rounds, setRounds] = useState(0);
  const queue = useQueue(api, project.id, async (stored) => {
    toasts.say(t.uploads.finished(stored));
    setRounds((before) => before + 1);
    await refresh();
  });
  return (
    <Context.Provider value={{ queue, rounds }}>
      {props.children}
    </Context.Provider>
  );
}

/** Says on every tab how far the uploads are, and leads to them. */
export function QueuePill(props: { readonly href: string }) {
  const { t, percent } = useLocale();
  const { queue } = useUploads();
  const failed =
    queue.files.filter(({ sending }) => sending.state === "failed").length;
  if (!queue.busy && failed === 0) return null;
  return (
    <a
      class={failed > 0 ? "pill pill-danger" : "pill"}
      href={props.href}
    >
      <Icon name={failed > 0 ? "warning" : "uploads"} size={16} />
      <span>
        {queue.busy
          ? t.uploads.pill(percent(partSent(queue.files)))
          : t.uploads.pillFailed(failed)}
      </span>
    </a>
  );
}
