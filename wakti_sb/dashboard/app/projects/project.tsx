/** The open project: its name, its backend, what it holds, and what arrives. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client.ts";
import { newestSubmission } from "../api/inbox.ts";
import { asProblem } from "../api/problem.ts";
import {
  type Backend,
  type Overview,
  type Project,
  readBackend,
  readOverview,
  readProject,
} from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { alerts, notify } from "../preferences/alerts.ts";
import { useEvery, useLoad } from "../primitives/load.ts";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { type Owner, useOwner } from "../session/session.tsx";
import { HOME } from "../routing/route.ts";

export interface OpenProject {
  readonly api: Api;
  readonly owner: Owner;
  readonly project: Project;
  readonly backend: Backend | null;
  readonly overview: Overview;
  /** The newest submission's id: it changes when something arrives. */
  readonly newest: string | null;
  /** Whether the last look for news failed. */
  readonly offline: boolean;
  /** Looks again at everything here; what is on screen stays meanwhile. */
  readonly refresh: () => Promise<void>;
}

const Context = createContext<OpenProject | null>(null);

export function useProject(): OpenProject {
  const open = useContext(Context);
  if (!open) throw new Error("useProject() needs a ProjectProvider");
  return open;
}

const LOOK = 10; // seconds between two looks for news
const LOOKS_A_REFRESH = 3; // every so many looks everything is read again

export function ProjectProvider(
  props: { id: string; children: ComponentChildren },
) {
  const { t } = useLocale();
  const { api, owner } = useOwner();
  const loaded = useLoad(props.id, () => readAll(api, props.id));
  const { newest, offline } = useNews(api, props.id, loaded.reload);
  useArrivals(loaded.value);
  const value = useMemo(() => {
    if (!loaded.value) return null;
    const { reload: refresh } = loaded;
    return { api, owner, ...loaded.value, newest, offline, refresh };
  }, [api, owner, loaded.value, loaded.reload, newest, offline]);
  // A project that went away takes what is on screen with it; a failure of the
  // network does not.
  if (loaded.problem?.kind === "gone") {
    return (
      <main class="page">
        <Empty
          icon="folder"
          title={t.projects.goneTitle}
          lead={t.projects.goneLead}
        >
          <a class="button button-primary" href={HOME}>{t.projects.all}</a>
        </Empty>
      </main>
    );
  }
  if (!value) {
    return (
      <main class="page">
        {loaded.problem
          ? <Failed problem={loaded.problem} onRetry={loaded.reload} />
          : <Loading />}
      </main>
    );
  }
  return <Context.Provider value={value}>{props.children}</Context.Provider>;
}

async function readAll(api: Api, id: string) {
  const [project, backend, overview] = await Promise.all([
    readProject(api, id),
    readBackend(api, id),
    readOverview(api, id),
  ]);
  return { project, backend, overview };
}

/** Looks for a new submission every few seconds: one short query by an index. */
function useNews(api: Api, project: string, refresh: () => Promise<void>) {
  const [newest, setNewest] = useState<string | null>(null);
  const [offline, setOffline] = useState(false);
  const looks = useRef(0);
  const seen = useRef<string | null | undefined>(undefined);
  async function look() {
    try {
      const found = await newestSubmission(api, project);
      looks.current += 1;
      const news = seen.current !== undefined && found !== seen.current;
      seen.current = found;
      setNewest(found);
      if (news || offline || looks.current % LOOKS_A_REFRESH === 0) {
        await refresh();
      }
      setOffline(false);
    } catch (error) {
      setOffline(asProblem(error).kind === "offline");
    }
  }
  useEvery(
    LOOK,
    () => document.visibilityState === "visible" || alerts() !== "off",
    look,
  );
  useEffect(() => {
    seen.current = undefined;
    look();
  }, [project]);
  return { newest, offline };
}

/** Messages that came in between: neither spam nor what the owner took out of it. */
function arrived(before: Overview, now: Overview): number {
  const all = now.submissions - before.submissions;
  return Math.min(all, all - (now.spam - before.spam));
}

/** Says that messages arrived, wherever in the project the reader is. */
function useArrivals(
  open: { readonly project: Project; readonly overview: Overview } | null,
): void {
  const { t } = useLocale();
  const toasts = useToasts();
  const before = useRef<Overview | null>(null);
  useEffect(() => {
    if (!open) return;
    const more = before.current ? arrived(before.current, open.overview) : 0;
    before.current = open.overview;
    if (more <= 0) return;
    toasts.say(t.projects.arrived(more));
    notify(open.project.name, t.projects.arrived(more));
  }, [open]);
}
