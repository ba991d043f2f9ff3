/** What the site may ask of the backend: its parts one below the other, a list of them at the side. */

import { useEffect } from "preact/hooks";
import { changed, complete } from "../api/features.ts";
import type { Backend } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { PageHead } from "../primitives/PageHead.tsx";
import { Notice } from "../primitives/States.tsx";
import { useProject } from "../projects/project.tsx";
import { href } from "../routing/route.ts";
import { Collections } from "./Collections.tsx";
import { DeleteProject } from "./DeleteProject.tsx";
import { Forms, Uploads, UserAccounts } from "./Features.tsx";
import { General } from "./General.tsx";
import { Limits } from "./Limits.tsx";
import { Origins } from "./Origins.tsx";
import { type Change, useSettings } from "./saving.ts";
import { sectionId, SECTIONS } from "./sections.ts";
import { Snippet } from "./Snippet.tsx";
import { SwitchOn } from "./SwitchOn.tsx";

/** @param props.section The part that the address names. */
export function SettingsPage(props: { readonly section: string | null }) {
  const { t } = useLocale();
  const { backend } = useProject();
  const { section } = props;
  useEffect(() => {
    if (!section) return;
    // Behind everything that a new page does with focus and place.
    const turn = requestAnimationFrame(() => {
      const part = document.getElementById(sectionId(section));
      part?.scrollIntoView();
      part?.querySelector("h2")?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(turn);
  }, [section]);
  return (
    <>
      <PageHead title={t.settings.title} lead={t.settings.lead} />
      {backend
        ? <BackendSettings backend={backend} section={section} />
        : (
          <div class="settings">
            <SwitchOn />
            <General />
            <DeleteProject />
          </div>
        )}
    </>
  );
}

function BackendSettings(
  props: { readonly backend: Backend; readonly section: string | null },
) {
  const { t } = useLocale();
  const { backend, busy, conflict, save } = useSettings(props.backend);
  const features = complete(backend.features);
  const change: Change = (section, part) =>
    save((current) => ({ features: changed(current.features, section, part) }));
  return (
    <div class="settings-page">
      <SectionList section={props.section} />
      <div class="settings" aria-busy={busy}>
        {conflict && <Notice tone="warning">{t.settings.conflict}</Notice>}
        <Snippet features={features} />
        <General
          on={backend.enabled}
          onSwitch={(enabled) => save(() => ({ enabled }))}
        />
        <Origins
          origins={backend.allowed_origins}
          onOrigins={(allowed_origins) => save(() => ({ allowed_origins }))}
        />
        <Forms features={features} onChange={change} />
        <Collections
          collections={features.collections}
          onChange={(part) => change("collections", part)}
        />
        <Uploads features={features} onChange={change} />
        <UserAccounts features={features} onChange={change} />
        <Limits
          limits={features.rate_limits}
          onLimits={(limits) => change("rate_limits", limits)}
        />
        <DeleteProject />
      </div>
    </div>
  );
}

function SectionList(props: { readonly section: string | null }) {
  const { t } = useLocale();
  const { project } = useProject();
  return (
    <nav class="settings-list" aria-label={t.settings.list}>
      {SECTIONS.map((section) => (
        <a
          key={section}
          href={href(project.id, "settings", section)}
          aria-current={section === props.section ? "true" : undefined}
          // Also when the address names it already.
          onClick={() =>
            document.getElementById(sectionId(section))?.scrollIntoView()}
        >
          {t.settings.sections[section]}
        </a>
      ))}
    </nav>
  );
}
