/** The way between projects and tabs: at the side of a desktop, at the foot of a phone. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { type Alerts, alerts, choose } from "../preferences/alerts.ts";
import { Menu } from "../primitives/Menu.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { Initial } from "../projects/ProjectList.tsx";
import { DeleteAccount } from "../session/DeleteAccount.tsx";
import { PasswordDialog } from "../session/PasswordDialog.tsx";
import { useSession } from "../session/session.tsx";
import { Brand } from "../primitives/Brand.tsx";
import { Preferences } from "../preferences/Preferences.tsx";
import { HOME, href, type Tab, TABS } from "../routing/route.ts";

export function Sidebar(props: { tab: Tab }) {
  const { t } = useLocale();
  const { project } = useProject();
  return (
    <div class="sidebar">
      <a class="brand-link" href={HOME}>
        <Brand />
      </a>
      <a class="project-switch" href={HOME} title={t.projects.switch}>
        <Initial name={project.name} />
        <span class="project-switch-name" dir="auto">{project.name}</span>
        <span class="unseen">– {t.projects.switch}</span>
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

export function Account() {
  const { t } = useLocale();
  const { owner, recovering, recovered, signOut } = useSession();
  const toasts = useToasts();
  const [changing, setChanging] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [wanted, setWanted] = useState(alerts);
  async function alert(next: Alerts) {
    if (await choose(next)) setWanted(next);
    else toasts.say(t.session.alertsRefused);
  }
  return (
    <div class="account">
      {(changing || recovering) && (
        <PasswordDialog
          onClose={() => {
            setChanging(false);
            recovered();
          }}
        />
      )}
      {leaving && <DeleteAccount onClose={() => setLeaving(false)} />}
      <span class="account-email" dir="ltr" title={owner?.email}>
        {owner?.email}
      </span>
      <div class="account-actions">
        <Preferences upwards />
        <Menu
          upwards
          icon="more"
          label={t.session.account}
          items={[
            {
              label: t.session.changePassword,
              onSelect: () => setChanging(true),
            },
            ...(["off", "quiet", "sound"] as const).map((one) => ({
              label: t.session.alerts[one],
              checked: wanted === one,
              onSelect: () => alert(one),
            })),
            {
              label: t.session.deleteAccount,
              danger: true,
              onSelect: () => setLeaving(true),
            },
          ]}
        />
        <button type="button" class="link link-quiet" onClick={signOut}>
          {t.session.signOut}
        </button>
      </div>
    </div>
  );
}
