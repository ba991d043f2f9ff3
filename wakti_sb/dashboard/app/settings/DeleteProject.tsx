/** Deletes the project, once its name has been typed. */

import { useState } from "preact/hooks";
import { deleteProject } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { TextField } from "../primitives/Field.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { Card } from "./Card.tsx";
import { go, HOME } from "../routing/route.ts";

export function DeleteProject() {
  const { t } = useLocale();
  const { project } = useProject();
  const [asking, setAsking] = useState(false);
  return (
    <Card section="danger" lead={t.settings.deleteLead}>
      <div>
        <Button kind="danger" onClick={() => setAsking(true)}>
          {t.settings.deleteAction}
        </Button>
      </div>
      {asking && (
        <Ask
          id={project.id}
          name={project.name}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  );
}

function Ask(props: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const { t, problem } = useLocale();
  const toasts = useToasts();
  const { api } = useProject();
  const [typed, setTyped] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  async function remove() {
    // What was copied out of a sentence may carry the marks that isolate it there.
    const name = typed.replace(/[\u2068\u2069]/g, "").trim();
    if (name !== props.name.trim()) {
      return setMistake(t.settings.deleteMismatch);
    }
    setBusy(true);
    try {
      await deleteProject(api, props.id);
      toasts.say(t.settings.deletedDone(props.name));
      go(HOME);
    } catch (error) {
      setMistake(problem(error));
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t.settings.deleteTitle(props.name)}
      lead={t.settings.deleteLead}
      onClose={props.onClose}
      onSubmit={remove}
      footer={
        <FormActions
          danger
          action={t.settings.deleteAction}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      <TextField
        label={t.settings.deleteType(props.name)}
        value={typed}
        error={mistake}
        autofocus
        onInput={setTyped}
      />
    </Dialog>
  );
}
