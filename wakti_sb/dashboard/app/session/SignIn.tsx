/** Sign in or create an account. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";
import { Icon, type IconName } from "../primitives/Icon.tsx";
import { Notice } from "../primitives/States.tsx";
import { Brand } from "../primitives/Brand.tsx";
import { Preferences } from "../preferences/Preferences.tsx";
import { check, explain, type Mistakes } from "./credentials.ts";
import { ForgotPassword } from "./ForgotPassword.tsx";
import { PasswordField } from "./PasswordField.tsx";
import { useSession } from "./session.tsx";

const POINTS = [
  "inbox",
  "data",
  "uploads",
  "users",
] as const satisfies readonly IconName[];

export function SignIn() {
  const { t } = useLocale();
  return (
    <div class="welcome">
      <section class="welcome-story">
        <Brand />
        <div>
          <p class="welcome-line">{t.session.tagline}</p>
          <ul class="welcome-points">
            {POINTS.map((name) => (
              <li key={name}>
                <Icon name={name} />
                {t.session.points[name]}
              </li>
            ))}
          </ul>
        </div>
        <Preferences upwards />
      </section>
      <main class="welcome-form">
        <SignInForm />
      </main>
    </div>
  );
}

function SignInForm() {
  const { t } = useLocale();
  const { api, ended, lastEmail } = useSession();
  const [isNew, setNew] = useState(false);
  const [email, setEmail] = useState(lastEmail);
  const [password, setPassword] = useState("");
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [forgot, setForgot] = useState(false);

  async function submit() {
    const found = check(t.session, email, password, isNew);
    setMistakes(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    const credentials = { email: email.trim(), password };
    const { auth } = api.supabase;
    const { data, error } = isNew
      ? await auth.signUp(credentials)
      : await auth.signInWithPassword(credentials);
    setBusy(false);
    if (error) setMistakes(explain(t, error));
    // A project that wants addresses confirmed gives no session yet.
    else if (!data.session) setSent(true);
  }

  if (forgot) {
    return <ForgotPassword email={email} onBack={() => setForgot(false)} />;
  }
  if (sent) {
    return (
      <div class="card welcome-card">
        <h1>{t.session.confirmTitle}</h1>
        <p class="muted">{t.session.confirm(email.trim())}</p>
        <Button
          onClick={() => {
            setSent(false);
            setNew(false);
          }}
        >
          {t.session.signIn}
        </Button>
      </div>
    );
  }
  return (
    <div class="welcome-card">
      <h1>{isNew ? t.session.signUpTitle : t.session.signInTitle}</h1>
      {ended && !isNew && <Notice tone="warning">{t.session.ended}</Notice>}
      <Form class="stack" onSubmit={submit}>
        {mistakes.form && <Notice tone="danger">{mistakes.form}</Notice>}
        <TextField
          label={t.session.email}
          type="email"
          autocomplete="username"
          value={email}
          error={mistakes.email ?? null}
          onInput={setEmail}
        />
        <PasswordField
          key={isNew ? "new" : "known"}
          isNew={isNew}
          label={t.session.password}
          value={password}
          error={mistakes.password ?? null}
          onInput={setPassword}
        />
        <Button kind="primary" type="submit" busy={busy} wide>
          {busy
            ? t.session.working
            : isNew
            ? t.session.signUp
            : t.session.signIn}
        </Button>
      </Form>
      {!isNew && (
        <p class="welcome-other">
          <button type="button" class="link" onClick={() => setForgot(true)}>
            {t.session.forgot}
          </button>
        </p>
      )}
      <p class="welcome-other">
        {isNew ? t.session.toSignIn : t.session.toSignUp}
        <button
          type="button"
          class="link"
          onClick={() => {
            setNew(!isNew);
            setMistakes({});
          }}
        >
          {isNew ? t.session.signIn : t.session.signUp}
        </button>
      </p>
    </div>
  );
}
