/** A box for JSON: left to right in every language. */

import { Field } from "../primitives/Field.tsx";

export function JsonField(props: {
  readonly label: string;
  readonly value: string;
  readonly mistake: string | null;
  readonly rows: number;
  readonly onInput: (text: string) => void;
}) {
  return (
    <Field label={props.label} error={props.mistake}>
      {(described) => (
        <textarea
          {...described}
          class="input code"
          dir="ltr"
          spellcheck={false}
          rows={props.rows}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
