/** What the owner keeps about a message: labels, saved at once, and a note, saved when left. */

import { useState } from "preact/hooks";
import {
  type Mark,
  MAX_LABEL_CHARS,
  MAX_LABELS,
  MAX_NOTE_CHARS,
  saveNote,
  type Submission,
} from "../api/inbox.ts";
import { asProblem } from "../api/problem.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Chips } from "../primitives/Chips.tsx";
import { directionOf } from "../primitives/direction.ts";
import { Field } from "../primitives/Field.tsx";
import { Button } from "../primitives/Button.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";

export function Own(props: {
  readonly submission: Submission;
  readonly onMark: (mark: Mark) => void;
  /** Told what is stored now. */
  readonly onNoted: (note: string | null) => void;
}) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, overview } = useProject();
  const { submission } = props;
  const [text, setText] = useState(submission.note ?? "");
  const [mistake, setMistake] = useState<string | null>(null);
  const changed = text !== (submission.note ?? "");

  async function save() {
    if (!changed) return;
    const note = text.trim() === "" ? null : text;
    try {
      await saveNote(api, submission, note);
      setMistake(null);
      toasts.say(t.inbox.noteSaved);
      props.onNoted(note);
    } catch (error) {
      if (asProblem(error).kind === "conflict") {
        return setMistake(t.inbox.noteConflict);
      }
      toasts.fail(error);
    }
  }

  function label(entries: readonly string[]) {
    const labels = [...new Set(entries)].slice(0, MAX_LABELS);
    props.onMark({ labels });
  }

  return (
    <section class="own" aria-label={t.inbox.own}>
      <Chips
        label={t.inbox.labels}
        hint={t.inbox.labelsHint}
        entries={submission.labels}
        known={overview.labels}
        maxLength={MAX_LABEL_CHARS}
        onEntries={label}
      />
      <Field label={t.inbox.note} hint={t.inbox.noteHint} error={mistake}>
        {(described) => (
          <textarea
            {...described}
            class="input"
            rows={3}
            dir={directionOf(text)}
            maxLength={MAX_NOTE_CHARS}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onBlur={save}
          />
        )}
      </Field>
      {changed && (
        <div>
          <Button small onClick={save}>{t.inbox.noteSave}</Button>
        </div>
      )}
    </section>
  );
}
