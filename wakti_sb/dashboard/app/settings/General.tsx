/** The project itself: its name, its id, and whether its backend is on. */

import { useState } from "preact/hooks";
import { renameProject } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";
import { Switch } from "../primitives/Switch.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { Card, Waiting } from "./Card.tsx";

export function General(props: {
  /** Left out where there is no backend yet. */
  readonly on?: boolean;
  readonly onSwitch?: (on: boolean) => void;
}) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const [name, setName] = useState(project.name);
  const [mistake, setMistake] = useState<string | null>(null);
  const changed = name.trim() !== project.name;
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
  const { on, onSwitch } = props;
  return (
    <Card section="project" saves={onSwitch ? "both" : "with the button"}>
      {on !== undefined && onSwitch && (
        <Switch
          label={t.settings.backendOn}
          hint={t.settings.backendHint}
          on={on}
          onChange={onSwitch}
        />
      )}
      <Form class="settings-line" onSubmit={save}>
        <TextField
          label={t.settings.name}
          value={name}
          error={mistake}
          maxLength={120}
          aside={<Waiting changed={changed} />}
          onInput={setName}
        />
        <Button type="submit" disabled={!changed}>{t.common.save}</Button>
      </Form>
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
    </Card>
  );
}
