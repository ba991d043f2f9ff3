/** A labelled control: what it is, a word of advice, and what is wrong with it. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { directionOf } from "./direction.ts";

export interface Described {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": "true" | undefined;
}

export function Field(props: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  readonly aside?: ComponentChildren;
  readonly children: (described: Described) => ComponentChildren;
}) {
  const id = useId();
  const said = props.error ?? props.hint;
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{props.label}</label>
        {props.aside}
      </div>
      {props.children({
        id,
        "aria-describedby": said ? `${id}-said` : undefined,
        "aria-invalid": props.error ? "true" : undefined,
      })}
      {said && (
        <p id={`${id}-said`} class={props.error ? "field-error" : "field-hint"}>
          {said}
        </p>
      )}
    </div>
  );
}

export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  readonly error?: string | null;
  readonly type?: "text" | "email" | "password";
  readonly autocomplete?:
    | "off"
    | "username"
    | "current-password"
    | "new-password";
  readonly maxLength?: number;
  readonly ltr?: boolean;
  readonly autofocus?: boolean;
  /** Beside the label. */
  readonly aside?: ComponentChildren;
}) {
  return (
    <Field
      label={props.label}
      hint={props.hint}
      error={props.error}
      aside={props.aside}
    >
      {(described) => (
        <input
          {...described}
          {
            // Preact types each kind of input by itself; ours have all in common.
            ...{ type: props.type ?? "text" } as { type: "text" }
          }
          class="input"
          value={props.value}
          maxLength={props.maxLength ?? 10_000}
          autocomplete={props.autocomplete ?? "off"}
          autofocus={props.autofocus ?? false}
          dir={props.ltr || props.type ? "ltr" : directionOf(props.value)}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function Select<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  /** The label is read aloud but not shown. */
  readonly bare?: boolean;
  readonly disabled?: boolean;
}) {
  const control = (described: Partial<Described>) => (
    <select
      {...described}
      class="input select"
      aria-label={props.bare ? props.label : undefined}
      disabled={props.disabled}
      value={props.value}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        const known = props.options.find(([value]) => value === chosen);
        if (known) props.onChange(known[0]);
      }}
    >
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>{text}</option>
      ))}
    </select>
  );
  if (props.bare) return control({});
  return <Field label={props.label}>{control}</Field>;
}
