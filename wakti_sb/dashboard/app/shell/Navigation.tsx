/** The way between projects and tabs: at the side of a desktop, at the foot of a phone. */

import { useLocale } from "../i18n/locale.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useProject } from "../projects/project.tsx";
import { Initial } from "../projects/ProjectList.tsx";
import { Account } from "../session/Account.tsx";
import { Brand } from "../primitives/Brand.tsx";
import { HOME, href, type Tab, TABS } from "../routing/route.ts";

export function Sidebar(props: { tab: Tab }) {
  const { t } = useLocale();
  const { project } = useProject();
  return (
    <div class="sidebar">
      <a class="brand-link" href={HOME}>
        <Brand />
      </a>
      <a class="project-switch" href={HOME} title={t.shell.switchProject}>
        <Initial name={project.name} />
        <span class="project-switch-name" dir="auto">{project.name}</span>
        <span class="unseen">– {t.shell.switchProject}</span>
        <Icon name="down" size={14} />
      </a>
      <Tabs tab={props.tab} />
      <Account />
    </div>
  );
}

function Tabs(props: { tab: Tab }) {
  const { t, number } = useLocale();
  const { project, overview } = useProject();
  return (
    <nav class="tabs" aria-label={t.shell.navigation}>
      {[...TABS, "settings" as const].map((tab) => (
        <a
          key={tab}
          class="tab"
          href={href(project.id, tab)}
          aria-current={tab === props.tab ? "page" : undefined}
        >
          <Icon name={tab} size={20} />
          <span>{t.shell[tab]}</span>
          {tab === "inbox" && overview.unread > 0 && (
            <span class="badge">
              <span aria-hidden="true">{number(overview.unread)}</span>
              <span class="unseen">{t.shell.unread(overview.unread)}</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
