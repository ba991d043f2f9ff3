/** What stands on every tab until the backend is switched on. */

import { useState } from "preact/hooks";
import { createBackend } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Empty } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";

export function SwitchOn() {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, owner, project, refresh } = useProject();
  const [busy, setBusy] = useState(false);
  async function enable() {
    setBusy(true);
    try {
      await createBackend(api, owner.id, project.id);
    } catch (error) {
      toasts.fail(error);
    }
    await refresh();
    setBusy(false);
  }
  return (
    <Empty
      icon="power"
      title={t.settings.noBackendTitle}
      lead={t.settings.noBackendLead}
    >
      <Button kind="primary" busy={busy} onClick={enable}>
        {t.settings.enable}
      </Button>
    </Empty>
  );
}
