/** Chooses a new password: from the account, or after a reset link was opened. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { checkNewPassword, explain, type Mistakes } from "./credentials.ts";
import { PasswordField } from "./PasswordField.tsx";
import { useSession } from "./session.tsx";

export function PasswordDialog(props: { readonly onClose: () => void }) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api } = useSession();
  const [password, setPassword] = useState("");
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [busy, setBusy] = useState(false);

  async function save() {
    const mistake = checkNewPassword(t.session, password);
    if (mistake) return setMistakes({ password: mistake });
    setMistakes({});
    setBusy(true);
    const { error } = await api.supabase.auth.updateUser({ password });
    setBusy(false);
    if (error) return setMistakes(explain(t, error));
    toasts.say(t.session.passwordChanged);
    props.onClose();
  }

  return (
    <Dialog
      title={t.session.newPasswordTitle}
      onClose={props.onClose}
      onSubmit={save}
      footer={
        <FormActions
          action={t.common.save}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      {mistakes.form && <Notice tone="danger">{mistakes.form}</Notice>}
      <PasswordField
        isNew
        label={t.session.newPassword}
        value={password}
        error={mistakes.password ?? null}
        onInput={setPassword}
      />
    </Dialog>
  );
}
