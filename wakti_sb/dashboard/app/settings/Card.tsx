/** One part of the settings, and when a change in it is saved. */

import type { ComponentChildren } from "preact";
import { useLocale } from "../i18n/locale.tsx";
import { type Section, sectionId } from "./sections.ts";

export function Card(props: {
  readonly section: Section;
  readonly lead?: string;
  /** Whether a change is saved at once; left out where nothing is saved. */
  readonly saves?: "at once" | "with the button" | "both";
  readonly children: ComponentChildren;
}) {
  const { t } = useLocale();
  const said = props.saves && t.settings.saves[props.saves];
  return (
    <section class="card settings-card" id={sectionId(props.section)}>
      <div class="settings-head">
        <h2 tabIndex={-1}>{t.settings.sections[props.section]}</h2>
        {said && <span class="tag">{said}</span>}
      </div>
      {props.lead && <p class="muted">{props.lead}</p>}
      {props.children}
    </section>
  );
}

/** Stands beside a button that saves while something waits for it. */
export function Waiting(props: { readonly changed: boolean }) {
  const { t } = useLocale();
  return (
    <span class="settings-waiting" role="status">
      {props.changed && t.settings.notSaved}
    </span>
  );
}
