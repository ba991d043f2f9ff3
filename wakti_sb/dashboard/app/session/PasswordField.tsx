/** A password, which its writer may look at. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { TextField } from "../primitives/Field.tsx";

export function PasswordField(props: {
  readonly label: string;
  readonly value: string;
  readonly error: string | null;
  /** Whether it is chosen here, not asked for. */
  readonly isNew: boolean;
  readonly onInput: (value: string) => void;
}) {
  const { t } = useLocale();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      label={props.label}
      type={shown ? "text" : "password"}
      ltr
      autocomplete={props.isNew ? "new-password" : "current-password"}
      value={props.value}
      error={props.error}
      {...(props.isNew ? { hint: t.session.passwordHint } : {})}
      aside={
        <button
          type="button"
          class="link link-quiet"
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? t.session.hidePassword : t.session.showPassword}
        </button>
      }
      onInput={props.onInput}
    />
  );
}
