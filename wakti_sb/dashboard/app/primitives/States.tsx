/** What stands where content will be: nothing yet, on its way, or failed. */

import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problem.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";

export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly lead: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <div class="state-picture">
        <Icon name={props.icon} size={26} />
      </div>
      <h2>{props.title}</h2>
      <p>{props.lead}</p>
      {props.children && <div class="state-actions">{props.children}</div>}
    </div>
  );
}

/** Grey lines where rows will be, so that nothing jumps when they come. */
export function Loading(props: { readonly rows?: number }) {
  const { t } = useLocale();
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{t.common.loading}</span>
      {Array.from(
        { length: props.rows ?? 6 },
        (_, index) => <div class="skeleton-row" key={index} />,
      )}
    </div>
  );
}

export function Failed(props: {
  readonly problem: Problem;
  readonly onRetry: () => void;
}) {
  const { t, problem } = useLocale();
  const offline = props.problem.kind === "offline";
  return (
    <div class="state" role="alert">
      <div class="state-picture state-picture-danger">
        <Icon name={offline ? "offline" : "warning"} size={26} />
      </div>
      <h2>{t.problems.loadTitle}</h2>
      <p>{problem(props.problem)}</p>
      <div class="state-actions">
        <Button icon="refresh" onClick={props.onRetry}>{t.common.retry}</Button>
      </div>
    </div>
  );
}

/** A remark that stays: a warning, a failure, a word of advice. */
export function Notice(props: {
  readonly tone: "danger" | "warning" | "calm";
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div
      class={`notice notice-${props.tone}`}
      role={props.tone === "danger" ? "alert" : undefined}
      // A form gives it the focus.
      tabIndex={props.tone === "danger" ? -1 : undefined}
    >
      {props.tone !== "calm" && <Icon name="warning" />}
      <div class="notice-text">
        {props.title && <strong>{props.title}</strong>}
        <div>{props.children}</div>
      </div>
    </div>
  );
}
