/** A code by which a visitor who forgot the password sets a new one. */

import { useState } from "preact/hooks";
import { makeResetCode, type SiteUser } from "../api/users.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { Notice } from "../primitives/States.tsx";
import { useProject } from "../projects/project.tsx";
import { nameOf } from "./name.ts";

/** Makes the code when it is asked for, and shows it this once: the database keeps its hash alone. */
export function ResetCode(props: {
  readonly user: SiteUser;
  readonly onClose: () => void;
}) {
  const { t, problem } = useLocale();
  const { api } = useProject();
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function make() {
    setBusy(true);
    setFailure(null);
    try {
      setCode(await makeResetCode(api, props.user.id));
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  const name = nameOf(props.user);
  return (
    <Dialog
      title={t.users.codeTitle(name)}
      lead={code === null ? t.users.codeLead : t.users.codeHandOver(name)}
      onClose={props.onClose}
      onSubmit={code === null ? make : props.onClose}
      footer={code === null
        ? (
          <FormActions
            action={t.users.makeCode}
            busy={busy}
            onClose={props.onClose}
          />
        )
        : <Button kind="primary" type="submit">{t.common.close}</Button>}
    >
      {failure !== null && <Notice tone="danger">{problem(failure)}</Notice>}
      {code !== null && (
        <p class="reset-code">
          <output dir="ltr" aria-label={t.users.code}>{code}</output>
          <CopyButton text={code} label={t.common.copy} />
        </p>
      )}
    </Dialog>
  );
}
