/** On or off, with a sentence that says what it means. */

import { useId } from "preact/hooks";

export function Switch(props: {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="switch-row">
      <div>
        <label for={id} class="switch-label">{props.label}</label>
        <p id={`${id}-hint`} class="field-hint">{props.hint}</p>
      </div>
      <button
        id={id}
        type="button"
        role="switch"
        class="switch"
        aria-checked={props.on}
        aria-describedby={`${id}-hint`}
        disabled={props.disabled}
        onClick={() => props.onChange(!props.on)}
      >
        <span class="switch-knob" />
      </button>
    </div>
  );
}
