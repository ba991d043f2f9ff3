/** A project at a glance: what arrived, what it holds, and what needs its owner. */

import { useState } from "preact/hooks";
import { type Day, readActivity } from "../api/activity.ts";
import { limits } from "../api/limits.ts";
import { sendMessage } from "../api/site.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Failed, Loading } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { visible } from "../primitives/visible.ts";
import { useProject } from "../projects/project.tsx";
import { href } from "../routing/route.ts";
import { useUploads } from "../uploads/QueueProvider.tsx";
import { Chart } from "./Chart.tsx";
import { needsOf } from "./needs.ts";

export function OverviewTab() {
  const { t } = useLocale();
  const { api, project, overview } = useProject();
  // Read again when something arrived: the numbers of the overview tell.
  const key = [project.id, overview.submissions, overview.users].join(" ");
  const activity = useLoad(key, () => readActivity(api, project.id));
  const isNew = overview.submissions === 0;
  return (
    <>
      <PageHead title={t.overview.title} lead={t.overview.lead} />
      {isNew && <Checklist />}
      <Needs />
      {activity.value === null
        ? activity.problem
          ? <Failed problem={activity.problem} onRetry={activity.reload} />
          : <Loading rows={4} />
        : <Figures days={activity.value} />}
    </>
  );
}

function Needs() {
  const { t, number } = useLocale();
  const { project, backend, overview } = useProject();
  const { queue } = useUploads();
  const failed =
    queue.files.filter(({ sending }) => sending.state === "failed").length;
  const needs = backend ? needsOf(backend, overview, failed) : [];
  if (needs.length === 0) return null;
  return (
    <section class="card overview-card">
      <h2>{t.overview.needs}</h2>
      <ul class="needs">
        {needs.map(({ kind, count, tab, section }) => (
          <li key={kind}>
            <a
              href={href(
                project.id,
                tab,
                section,
                kind === "unread" || kind === "spam" ? { box: kind } : {},
              )}
            >
              <span>{t.overview.need[kind](count, number(count))}</span>
              <Icon name="right" size={16} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Figures(props: { readonly days: readonly Day[] }) {
  const { t, number, bytes } = useLocale();
  const { project, overview } = useProject();
  const sum = (read: (day: Day) => number) =>
    props.days.reduce((total, day) => total + read(day), 0);
  return (
    <>
      <section class="card overview-card">
        <Chart days={props.days} />
      </section>
      <div class="figures">
        <Figure
          label={t.overview.lately}
          value={number(sum(({ messages }) => messages))}
          href={href(project.id, "inbox")}
        />
        <Figure
          label={t.overview.unreadMessages}
          value={number(overview.unread)}
          href={href(project.id, "inbox", null, { box: "unread" })}
        />
        <Figure
          label={t.overview.newAccounts}
          value={number(sum(({ accounts }) => accounts))}
          href={href(project.id, "users")}
        />
        <Figure
          label={t.overview.blockedToday}
          value={number(props.days.at(-1)?.blocked ?? 0)}
          href={href(project.id, "inbox", null, { box: "spam" })}
        />
        <Figure
          label={t.overview.storage}
          value={t.common.used(
            bytes(overview.bytes),
            bytes(limits.project),
          )}
          href={href(project.id, "uploads")}
        />
      </div>
      {overview.forms.length > 0 && <Forms />}
    </>
  );
}

function Figure(props: { label: string; value: string; href: string }) {
  return (
    <a class="card figure" href={props.href}>
      <span class="muted">{props.label}</span>
      <strong>{props.value}</strong>
    </a>
  );
}

function Forms() {
  const { t, number } = useLocale();
  const { project, overview } = useProject();
  return (
    <section class="card overview-card">
      <h2>{t.overview.byForm}</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t.overview.form}</th>
            <th scope="col" class="cell-number">{t.overview.messages}</th>
            <th scope="col" class="cell-number">{t.overview.unread}</th>
          </tr>
        </thead>
        <tbody>
          {overview.forms.map(({ name, total, unread }) => (
            <tr key={name}>
              <td>
                <a href={href(project.id, "inbox", null, { form: name })}>
                  {visible(name)}
                </a>
              </td>
              <td class="cell-number">{number(total)}</td>
              <td class="cell-number">{number(unread)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The first steps of a new project. */
function Checklist() {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, backend, overview, refresh } = useProject();
  const [busy, setBusy] = useState(false);
  async function test() {
    setBusy(true);
    try {
      await sendMessage(api, project.id, t.overview.testMessage);
      await refresh();
    } catch (error) {
      toasts.fail(error);
    }
    setBusy(false);
  }
  const steps = [
    { done: true, text: t.overview.steps.on },
    {
      done: (backend?.allowed_origins.length ?? 0) > 0,
      text: t.overview.steps.origins,
      tab: "settings" as const,
      section: "origins",
    },
    {
      done: false,
      text: t.overview.steps.snippet,
      tab: "settings" as const,
    },
    {
      done: overview.collections.length > 0,
      text: t.overview.steps.data,
      tab: "data" as const,
    },
  ];
  return (
    <section class="card overview-card">
      <h2>{t.overview.start}</h2>
      <ul class="steps">
        {steps.map(({ done, text, tab, section }) => (
          <li key={text} class={done ? "step step-done" : "step"}>
            <Icon name={done ? "check" : "right"} size={16} />
            {tab ? <a href={href(project.id, tab, section)}>{text}</a> : text}
            {done && <span class="unseen">({t.overview.stepDone})</span>}
          </li>
        ))}
      </ul>
      <Button icon="mail" busy={busy} onClick={test}>
        {t.overview.sendTest}
      </Button>
    </section>
  );
}
