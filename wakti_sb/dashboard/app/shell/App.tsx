/** The whole page: who is there decides what is shown, the address decides where. */

import { useEffect, useRef } from "preact/hooks";
import { DataTab } from "../data/DataTab.tsx";
import { useLocale } from "../i18n/locale.tsx";
import { InboxTab } from "../inbox/InboxTab.tsx";
import { OverviewTab } from "../overview/OverviewTab.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { Loading } from "../primitives/States.tsx";
import { ProjectProvider, useProject } from "../projects/project.tsx";
import { ProjectList } from "../projects/ProjectList.tsx";
import { Account } from "../session/Account.tsx";
import { SignIn } from "../session/SignIn.tsx";
import { useSession } from "../session/session.tsx";
import { SettingsPage } from "../settings/SettingsPage.tsx";
import { SwitchOn } from "../settings/SwitchOn.tsx";
import { QueuePill, QueueProvider } from "../uploads/QueueProvider.tsx";
import { UploadsTab } from "../uploads/UploadsTab.tsx";
import { UsersTab } from "../users/UsersTab.tsx";
import { Brand } from "../primitives/Brand.tsx";
import { Sidebar } from "./Navigation.tsx";
import { href, type Route, useRoute } from "../routing/route.ts";

export function App() {
  const { owner } = useSession();
  const route = useRoute();
  if (owner === undefined) return <Loading />;
  if (owner === null) return <SignIn />;
  if (route.project === null) {
    return (
      <div class="home">
        <header class="home-head">
          <Brand />
          <Account />
        </header>
        <ProjectList />
      </div>
    );
  }
  return (
    <ProjectProvider key={`${owner.id} ${route.project}`} id={route.project}>
      <QueueProvider>
        <ProjectPage route={route} />
      </QueueProvider>
    </ProjectProvider>
  );
}

function ProjectPage(props: { route: Route }) {
  const { t, number } = useLocale();
  const { project, backend, overview, offline } = useProject();
  const { tab } = props.route;
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    const unread = overview.unread > 0 ? `(${number(overview.unread)}) ` : "";
    document.title = `${unread}${t.shell[tab]} · ${project.name}`;
  }, [tab, project.name, overview.unread, t]);
  // A screen reader hears where it is after each change of the tab.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) content.current?.querySelector("h1")?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [tab]);
  return (
    <div class="frame">
      <a class="skip" href="#content" onClick={skip}>{t.shell.skip}</a>
      <Sidebar tab={tab} />
      <div class="frame-main">
        {offline && (
          <p class="banner banner-danger" role="status">
            <Icon name="offline" size={16} />
            {t.shell.offline}
          </p>
        )}
        {backend?.enabled === false && tab !== "settings" && (
          <p class="banner" role="status">
            <Icon name="power" size={16} />
            {t.shell.offBanner}
          </p>
        )}
        {tab !== "uploads" && <QueuePill href={href(project.id, "uploads")} />}
        <main class="page" id="content" ref={content} tabIndex={-1}>
          {backend === null && tab !== "settings"
            ? <SwitchOn />
            : <TabContent route={props.route} />}
        </main>
      </div>
    </div>
  );
}

function TabContent(props: { route: Route }) {
  const { detail } = props.route;
  switch (props.route.tab) {
    case "overview":
      return <OverviewTab />;
    case "uploads":
      return <UploadsTab />;
    case "inbox":
      return <InboxTab chosen={detail} view={props.route.view} />;
    case "data":
      return <DataTab collection={detail} />;
    case "users":
      return <UsersTab />;
    case "settings":
      return <SettingsPage section={detail} />;
  }
}

/** The address holds the route, so the browser cannot follow the link itself. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
