/** What the site may ask of the backend. A change is saved as soon as it is made. */

import { useState } from "preact/hooks";
import { changed, complete } from "../api/features.ts";
import type { FullFeatures } from "../api/features.ts";
import { type Backend, renameProject } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { TextField } from "../primitives/Field.tsx";
import { PageHead } from "../primitives/PageHead.tsx";
import { Notice } from "../primitives/States.tsx";
import { Switch } from "../primitives/Switch.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { Collections, Forms, Uploads, UserAccounts } from "./Features.tsx";
import { DeleteProject } from "./DeleteProject.tsx";
import { Limits } from "./Limits.tsx";
import { Origins } from "./Origins.tsx";
import { Snippet } from "./Snippet.tsx";
import { useSettings } from "./saving.ts";
import { SwitchOn } from "./SwitchOn.tsx";

/** Changes some keys of one section of the features. */
export type Change = <Section extends keyof FullFeatures>(
  section: Section,
  change: Partial<FullFeatures[Section]>,
) => Promise<void>;

export function SettingsPage() {
  const { t } = useLocale();
  const { backend } = useProject();
  return (
    <div class="settings">
      <PageHead title={t.settings.title} lead={t.settings.lead} />
      {backend ? <BackendSettings backend={backend} /> : <SwitchOn />}
      <General />
    </div>
  );
}

function BackendSettings(props: { backend: Backend }) {
  const { t } = useLocale();
  const { backend, busy, conflict, save } = useSettings(props.backend);
  const features = complete(backend.features);
  const change: Change = (section, part) =>
    save((current) => ({ features: changed(current.features, section, part) }));
  return (
    <div class="settings" aria-busy={busy}>
      {conflict && <Notice tone="warning">{t.settings.conflict}</Notice>}
      <section class="card settings-card">
        <Switch
          strong
          label={t.settings.backendOn}
          hint={t.settings.backendHint}
          on={backend.enabled}
          onChange={(enabled) => save(() => ({ enabled }))}
        />
      </section>
      <Snippet />
      <Origins
        origins={backend.allowed_origins}
        onOrigins={(allowed_origins) => save(() => ({ allowed_origins }))}
      />
      <Forms features={features} onChange={change} />
      <Collections features={features} onChange={change} />
      <Uploads features={features} onChange={change} />
      <UserAccounts features={features} onChange={change} />
      <Limits
        limits={features.rate_limits}
        onLimits={(limits) => change("rate_limits", limits)}
      />
      <DeleteProject />
    </div>
  );
}

function General() {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const [name, setName] = useState(project.name);
  const [mistake, setMistake] = useState<string | null>(null);
  async function save() {
    if (!name.trim()) return setMistake(t.settings.nameMissing);
    setMistake(null);
    try {
      await renameProject(api, project.id, name.trim());
      toasts.say(t.common.saved);
    } catch (error) {
      toasts.fail(error);
    }
    await refresh();
  }
  return (
    <section class="card settings-card">
      <h2>{t.settings.general}</h2>
      <form
        class="settings-line"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextField
          label={t.settings.name}
          value={name}
          error={mistake}
          maxLength={120}
          onInput={setName}
        />
        <Button type="submit" disabled={name.trim() === project.name}>
          {t.common.save}
        </Button>
      </form>
      <div class="field">
        <span class="field-head">{t.settings.id}</span>
        <div class="copy-line">
          <code dir="ltr">{project.id}</code>
          <CopyButton
            text={project.id}
            label={`${t.common.copy}: ${t.settings.id}`}
          />
        </div>
      </div>
    </section>
  );
}
