/** Asks for a link by which a new password can be chosen. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";
import { Notice } from "../primitives/States.tsx";
import { checkEmail, explain, type Mistakes } from "./credentials.ts";
import { useSession } from "./session.tsx";

export function ForgotPassword(props: {
  readonly email: string;
  readonly onBack: () => void;
}) {
  const { t } = useLocale();
  const { api } = useSession();
  const [email, setEmail] = useState(props.email);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);

  async function send() {
    const mistake = checkEmail(t.session, email);
    if (mistake) return setMistakes({ email: mistake });
    setMistakes({});
    setBusy(true);
    const redirectTo = location.origin + location.pathname;
    const { error } = await api.supabase.auth.resetPasswordForEmail(
      email.trim(),
      { redirectTo },
    );
    setBusy(false);
    if (error) setMistakes(explain(t, error));
    else setSent(true);
  }

  return (
    <div class="welcome-card">
      <h1>{t.session.forgotTitle}</h1>
      {sent
        ? (
          <p class="muted" role="status">
            {t.session.forgotSent(email.trim())}
          </p>
        )
        : (
          <Form class="stack" onSubmit={send}>
            {mistakes.form && <Notice tone="danger">{mistakes.form}</Notice>}
            <p class="muted">{t.session.forgotLead}</p>
            <TextField
              label={t.session.email}
              type="email"
              autocomplete="username"
              value={email}
              error={mistakes.email ?? null}
              onInput={setEmail}
            />
            <Button kind="primary" type="submit" busy={busy} wide>
              {t.session.forgotSend}
            </Button>
          </Form>
        )}
      <p class="welcome-other">
        <button type="button" class="link" onClick={props.onBack}>
          {t.session.back}
        </button>
      </p>
    </div>
  );
}
