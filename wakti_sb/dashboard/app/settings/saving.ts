/** Saves settings one after another, each on top of what the one before left. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { FullFeatures } from "../api/features.ts";
import { asProblem } from "../api/problem.ts";
import {
  type Backend,
  type BackendChange,
  readBackend,
  saveBackend,
} from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";

/** Changes some keys of one section of the features. */
export type Change = <Section extends keyof FullFeatures>(
  section: Section,
  change: Partial<FullFeatures[Section]>,
) => Promise<void>;

export interface Settings {
  /** As they will be once everything is saved. */
  readonly backend: Backend;
  /** Whether something is on its way to the server. */
  readonly busy: boolean;
  /** Whether a change was refused because another window was faster. */
  readonly conflict: boolean;
  readonly save: (change: (current: Backend) => BackendChange) => Promise<void>;
}

export function useSettings(read: Backend): Settings {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const [backend, setBackend] = useState(read);
  const [conflict, setConflict] = useState(false);
  const [busy, setBusy] = useState(false);
  const stored = useRef(read);
  const line = useRef(Promise.resolve());
  const waiting = useRef(0);

  // What was read again counts, unless a change is on its way: then it is old.
  useEffect(() => {
    if (waiting.current > 0) return;
    stored.current = read;
    setBackend(read);
  }, [read]);

  async function store(change: (current: Backend) => BackendChange) {
    try {
      const before = stored.current;
      stored.current = await saveBackend(api, before, change(before));
      toasts.say(t.common.saved);
    } catch (error) {
      if (asProblem(error).kind === "conflict") setConflict(true);
      else toasts.fail(error);
      const now = await readBackend(api, project.id).catch(() => null);
      stored.current = now ?? stored.current;
      setBackend(stored.current);
    }
    waiting.current -= 1;
    if (waiting.current > 0) return;
    setBusy(false);
    await refresh();
  }

  function save(change: (current: Backend) => BackendChange) {
    setConflict(false);
    setBackend((shown) => ({ ...shown, ...change(shown) }));
    setBusy(true);
    waiting.current += 1;
    line.current = line.current.then(() => store(change));
    return line.current;
  }

  return { backend, busy, conflict, save };
}
