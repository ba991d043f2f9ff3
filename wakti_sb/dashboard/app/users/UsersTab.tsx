/** Accounts of the site's visitors. */

import { useState } from "preact/hooks";
import {
  deleteUser,
  listUsers,
  setStatus,
  type SiteUser,
  USER_PAGE,
} from "../api/users.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button, IconButton } from "../primitives/Button.tsx";
import { Confirm } from "../primitives/Dialog.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Pager } from "../primitives/Pager.tsx";
import { useRange, useStart } from "../primitives/paging.ts";
import { Search } from "../primitives/Search.tsx";
import { Empty, Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { visible } from "../primitives/visible.ts";
import { useView } from "../routing/route.ts";
import { useProject } from "../projects/project.tsx";
import { Initial } from "../projects/ProjectList.tsx";
import { nameOf } from "./name.ts";
import { ResetCode } from "./ResetCode.tsx";

type Asked = {
  readonly what: "suspend" | "delete" | "code";
  readonly user: SiteUser;
};

export function UsersTab() {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const [search, setSearch] = useView("search");
  const [start, setStart] = useStart();
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useLoad(
    JSON.stringify([project.id, search, start]),
    () => listUsers(api, project.id, search, start),
  );
  useRange(list.value, [start, setStart]);

  async function change(user: SiteUser, status: SiteUser["status"]) {
    const saved = await setStatus(api, user.id, status);
    list.replace((page) => ({
      ...page,
      rows: page.rows.map((one) => one.id === saved.id ? saved : one),
    }));
    const said = status === "active" ? t.users.didActivate : t.users.didSuspend;
    toasts.say(said(nameOf(user)));
  }

  async function activate(user: SiteUser) {
    try {
      await change(user, "active");
    } catch (error) {
      toasts.fail(error);
      await list.reload();
    }
  }

  async function remove(user: SiteUser) {
    await deleteUser(api, user.id);
    toasts.say(t.users.didDelete(nameOf(user)));
    // The dialog need not wait for the list.
    list.reload();
    refresh();
  }

  const nothing = list.value?.total === 0;
  return (
    <>
      <PageHead title={t.users.title} lead={t.users.lead} />
      {!(nothing && !search) && (
        <div class="toolbar">
          <Search
            label={t.users.searchLabel}
            value={search}
            onSearch={(text) => {
              setSearch(text);
              setStart(0);
            }}
          />
          <span class="spring" />
          {list.value && (
            <span class="muted">{t.users.count(list.value.total)}</span>
          )}
        </div>
      )}
      {list.value === null
        ? list.problem
          ? <Failed problem={list.problem} onRetry={list.reload} />
          : <Loading />
        : nothing
        ? (
          <Empty
            icon={search ? "search" : "users"}
            title={search ? t.users.nothingTitle : t.users.emptyTitle}
            lead={search ? t.users.nothingLead : t.users.emptyLead}
          />
        )
        : (
          <div class="card">
            <UserTable
              rows={list.value.rows}
              onSuspend={(user) => setAsked({ what: "suspend", user })}
              onActivate={activate}
              onCode={(user) => setAsked({ what: "code", user })}
              onDelete={(user) => setAsked({ what: "delete", user })}
            />
            <Pager
              start={start}
              size={USER_PAGE}
              total={list.value.total}
              onStart={setStart}
            />
          </div>
        )}
      {asked?.what === "code" && (
        <ResetCode
          user={asked.user}
          onClose={() => setAsked(null)}
        />
      )}
      {asked && asked.what !== "code" && (
        <Confirm
          {...(asked.what === "suspend"
            ? {
              title: t.users.suspendTitle(nameOf(asked.user)),
              lead: t.users.suspendLead,
              action: t.users.suspend,
              onConfirm: () => change(asked.user, "suspended"),
            }
            : {
              title: t.users.deleteTitle(nameOf(asked.user)),
              lead: t.users.deleteLead,
              action: t.common.delete,
              onConfirm: () => remove(asked.user),
            })}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function UserTable(props: {
  readonly rows: readonly SiteUser[];
  readonly onSuspend: (user: SiteUser) => void;
  readonly onActivate: (user: SiteUser) => void;
  readonly onCode: (user: SiteUser) => void;
  readonly onDelete: (user: SiteUser) => void;
}) {
  const { t, time, day } = useLocale();
  return (
    <table class="table table-cards">
      <thead>
        <tr>
          <th scope="col">{t.users.person}</th>
          <th scope="col">{t.users.status}</th>
          <th scope="col">{t.users.lastLogin}</th>
          <th scope="col">{t.users.joined}</th>
          <th scope="col">
            <span class="unseen">{t.common.more}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((user) => (
          <tr key={user.id}>
            <td>
              <div class="person">
                <Initial name={nameOf(user)} />
                <div class="person-text">
                  <strong dir="auto">{nameOf(user)}</strong>
                  {user.display_name && (
                    <small class="muted" dir="ltr">{visible(user.email)}</small>
                  )}
                </div>
              </div>
            </td>
            <td data-label={t.users.status}>
              <span class={`status status-${user.status}`}>
                {t.users[user.status]}
              </span>
            </td>
            <td data-label={t.users.lastLogin}>
              {user.last_login ? time(user.last_login) : t.common.never}
            </td>
            <td data-label={t.users.joined}>{day(user.created_at)}</td>
            <td class="cell-actions">
              {user.status === "active"
                ? (
                  <Button
                    small
                    label={t.users.suspendOf(nameOf(user))}
                    onClick={() => props.onSuspend(user)}
                  >
                    {t.users.suspend}
                  </Button>
                )
                : (
                  <Button
                    small
                    label={t.users.activateOf(nameOf(user))}
                    onClick={() => props.onActivate(user)}
                  >
                    {t.users.activate}
                  </Button>
                )}
              {user.status === "active" && (
                <IconButton
                  icon="key"
                  label={t.users.codeOf(nameOf(user))}
                  onClick={() => props.onCode(user)}
                />
              )}
              <IconButton
                danger
                icon="trash"
                label={t.users.deleteOf(nameOf(user))}
                onClick={() => props.onDelete(user)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
