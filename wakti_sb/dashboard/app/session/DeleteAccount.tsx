/** Deletes the owner's account, once the password has been typed. */

import { useState } from "preact/hooks";
import { deleteAccount } from "../api/account.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { explain, type Mistakes } from "./credentials.ts";
import { PasswordField } from "./PasswordField.tsx";
import { useOwner, useSession } from "./session.tsx";

export function DeleteAccount(props: { readonly onClose: () => void }) {
  const { t, problem } = useLocale();
  const toasts = useToasts();
  const { signOut } = useSession();
  const { api, owner } = useOwner();
  const [password, setPassword] = useState("");
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [busy, setBusy] = useState(false);

  async function remove() {
    if (!password) return setMistakes({ password: t.session.passwordMissing });
    setMistakes({});
    setBusy(true);
    try {
      const refused = await deleteAccount(api, owner, password);
      if (!refused) {
        toasts.say(t.session.accountDeleted);
        return await signOut();
      }
      setMistakes(
        refused.code === "invalid_credentials"
          ? { password: t.session.passwordWrong }
          : explain(t, refused),
      );
    } catch (error) {
      setMistakes({ form: problem(error) });
    }
    setBusy(false);
  }

  return (
    <Dialog
      title={t.session.deleteAccountTitle}
      lead={t.session.deleteAccountLead}
      onClose={props.onClose}
      onSubmit={remove}
      footer={
        <FormActions
          danger
          action={t.session.deleteAccount}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      {mistakes.form && <Notice tone="danger">{mistakes.form}</Notice>}
      <PasswordField
        isNew={false}
        label={t.session.password}
        value={password}
        error={mistakes.password ?? null}
        onInput={setPassword}
      />
    </Dialog>
  );
}
