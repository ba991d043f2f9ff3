/** How many requests a visitor may make in a minute. */

import { useState } from "preact/hooks";
import type { FullFeatures } from "../api/features.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Card, Waiting } from "./Card.tsx";
import { Button } from "../primitives/Button.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";

type RateLimits = FullFeatures["rate_limits"];

const NAMES = ["submit", "write", "upload", "login", "signup"] as const;
const MOST = 1_000_000;

export function Limits(props: {
  readonly limits: RateLimits;
  readonly onLimits: (limits: RateLimits) => void;
}) {
  const { t } = useLocale();
  const stored = texts(props.limits);
  const [drafts, setDrafts] = useState(stored);
  const [checked, setChecked] = useState(false);
  const wrong = (name: keyof RateLimits) =>
    !/^\d{1,7}$/.test(drafts[name].trim()) || Number(drafts[name]) > MOST;
  function save() {
    setChecked(true);
    if (NAMES.some(wrong)) return;
    const entries = NAMES.map((name) => [name, Number(drafts[name])]);
    props.onLimits(Object.fromEntries(entries) as unknown as RateLimits);
  }
  return (
    <Card
      section="limits"
      lead={t.settings.limitsLead}
      saves="with the button"
    >
      <Form class="stack" onSubmit={save}>
        <div class="limits">
          {NAMES.map((name) => (
            <TextField
              key={name}
              label={t.settings.limit[name]}
              value={drafts[name]}
              error={checked && wrong(name) ? t.settings.limitInvalid : null}
              maxLength={7}
              ltr
              onInput={(text) => setDrafts({ ...drafts, [name]: text })}
            />
          ))}
        </div>
        <div>
          <Button
            type="submit"
            disabled={NAMES.every((name) => drafts[name] === stored[name])}
          >
            {t.common.save}
          </Button>
          <Waiting
            changed={NAMES.some((name) => drafts[name] !== stored[name])}
          />
        </div>
      </Form>
    </Card>
  );
}

function texts(limits: RateLimits): Record<keyof RateLimits, string> {
  const { submit, write, upload, login, signup } = limits;
  return {
    submit: String(submit),
    write: String(write),
    upload: String(upload),
    login: String(login),
    signup: String(signup),
  };
}
