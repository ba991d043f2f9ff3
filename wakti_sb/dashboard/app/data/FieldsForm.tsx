/** A control for each field by its type, and a way to add another field. */

import { useState } from "preact/hooks";
import { FIELD_TYPES, type FieldType } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button, IconButton } from "../primitives/Button.tsx";
import { directionOf } from "../primitives/direction.ts";
import { Field, Select, TextField } from "../primitives/Field.tsx";
import { friendly, visible } from "../primitives/visible.ts";
import { ChipsControl } from "./controls/ChipsControl.tsx";
import type { ControlProps } from "./controls/control.ts";
import { TextControl } from "./controls/TextControl.tsx";
import { chipsOf } from "./kinds.ts";
import { JsonField } from "./JsonField.tsx";
import type { Draft } from "./values.ts";

export function FieldsForm(props: {
  readonly drafts: readonly Draft[];
  readonly mistakes: ReadonlyMap<string, string>;
  readonly onDrafts: (drafts: readonly Draft[]) => void;
}) {
  const { t } = useLocale();
  const { drafts } = props;
  return (
    <div class="stack">
      {drafts.length === 0 && <p class="muted">{t.data.noFields}</p>}
      {drafts.map((draft) => (
        // The site asks by the name itself.
        <div key={draft.name} title={visible(draft.name)}>
          <Control
            draft={draft}
            mistake={props.mistakes.get(draft.name) ?? null}
            onText={(text) =>
              props.onDrafts(drafts.map((one) =>
                one.name === draft.name ? { ...one, text } : one
              ))}
          />
        </div>
      ))}
      <AddField
        taken={drafts.map(({ name }) =>
          name
        )}
        onAdd={(name, type) =>
          props.onDrafts([...drafts, { name, type, text: "" }])}
      />
    </div>
  );
}

function Control(props: {
  readonly draft: Draft;
  readonly mistake: string | null;
  readonly onText: (text: string) => void;
}) {
  const { t } = useLocale();
  const { draft, mistake, onText } = props;
  // Decided once: what is typed as JSON must not turn into something else on the way.
  const [isChips] = useState(
    draft.type === "array" && (chipsOf(draft.text)?.length ?? 0) > 0,
  );
  const label = friendly(draft.name);
  const common = { label, name: draft.name, text: draft.text, mistake, onText };
  switch (draft.type) {
    case "array":
      if (isChips) return <ChipsControl {...common} />;
      return <Structure {...common} />;
    case "object":
      return <Structure {...common} />;
    case "boolean":
      return (
        <Select
          label={label}
          value={draft.text}
          options={[
            ["", t.data.notSet],
            ["true", t.data.yes],
            ["false", t.data.no],
          ]}
          onChange={onText}
        />
      );
    case "number":
      return (
        <Field label={label} error={mistake}>
          {(described) => (
            <input
              {...described}
              class="input"
              dir={directionOf(draft.text)}
              inputMode="decimal"
              value={draft.text}
              onInput={(event) => onText(event.currentTarget.value)}
            />
          )}
        </Field>
      );
    case "text":
      return <TextControl {...common} />;
  }
}

function Structure(props: ControlProps) {
  return (
    <JsonField
      label={props.label}
      value={props.text}
      mistake={props.mistake}
      rows={4}
      onInput={props.onText}
    />
  );
}

function AddField(props: {
  readonly taken: readonly string[];
  readonly onAdd: (name: string, type: FieldType) => void;
}) {
  const { t } = useLocale();
  const [open, setOpen] = useState(props.taken.length === 0);
  const [name, setName] = useState("");
  const [type, setType] = useState<FieldType>("text");
  const wanted = name.trim();
  const taken = props.taken.includes(wanted);
  if (!open) {
    return (
      <div>
        <Button small kind="quiet" icon="plus" onClick={() => setOpen(true)}>
          {t.data.addField}
        </Button>
      </div>
    );
  }
  return (
    <div class="add-field">
      <TextField
        label={t.data.fieldName}
        value={name}
        maxLength={128}
        error={taken ? t.data.fieldTaken : null}
        onInput={setName}
      />
      <Select
        label={t.data.fieldType}
        value={type}
        options={FIELD_TYPES.map((one) => [one, t.data.types[one]] as const)}
        onChange={setType}
      />
      <IconButton
        icon="plus"
        label={t.data.addField}
        disabled={!wanted || taken}
        onClick={() => {
          props.onAdd(wanted, type);
          setName("");
          setOpen(false);
        }}
      />
    </div>
  );
}
