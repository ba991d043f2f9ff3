/** Systems as switches, each with a sentence and its own settings. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ACCESS, type Access, type FullFeatures } from "../api/features.ts";
import { limits } from "../api/limits.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Select, TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";
import { Notice } from "../primitives/States.tsx";
import { Switch } from "../primitives/Switch.tsx";
import { Blocked } from "./Blocked.tsx";
import { Card, Waiting } from "./Card.tsx";
import type { Change } from "./saving.ts";
import type { Section } from "./sections.ts";

interface Props {
  readonly features: FullFeatures;
  readonly onChange: Change;
}

function Feature(props: {
  readonly section: Section;
  readonly saves: "at once" | "both";
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <Card section={props.section} saves={props.saves}>
      <Switch
        label={props.label}
        hint={props.hint}
        on={props.on}
        onChange={props.onSwitch}
      />
      {props.on && props.children}
    </Card>
  );
}

export function Forms({ features, onChange }: Props) {
  const { t } = useLocale();
  const { enabled, honeypot } = features.forms;
  const [name, setName] = useState(honeypot);
  return (
    <Feature
      section="forms"
      saves="both"
      label={t.settings.forms}
      hint={t.settings.formsHint}
      on={enabled}
      onSwitch={(on) => onChange("forms", { enabled: on })}
    >
      <Form
        class="settings-line"
        onSubmit={() => onChange("forms", { honeypot: name.trim() })}
      >
        <TextField
          label={t.settings.honeypot}
          hint={t.settings.honeypotHint}
          value={name}
          maxLength={64}
          ltr
          aside={<Waiting changed={name.trim() !== honeypot} />}
          onInput={setName}
        />
        <Button type="submit" disabled={name.trim() === honeypot}>
          {t.common.save}
        </Button>
      </Form>
      <Blocked
        forms={features.forms}
        onForms={(change) => onChange("forms", change)}
      />
    </Feature>
  );
}

export function Uploads({ features, onChange }: Props) {
  const { t, bytes } = useLocale();
  const { enabled, write } = features.uploads;
  return (
    <Feature
      section="uploads"
      saves="at once"
      label={t.settings.uploads}
      hint={t.settings.uploadsHint(bytes(limits.project))}
      on={enabled}
      onSwitch={(on) => onChange("uploads", { enabled: on })}
    >
      <div class="settings-pair">
        <AccessSelect
          label={t.settings.write}
          value={write}
          onChange={(access) => onChange("uploads", { write: access })}
        />
      </div>
      {write === "public" && (
        <Notice tone="warning">{t.settings.publicUploads}</Notice>
      )}
    </Feature>
  );
}

export function UserAccounts({ features, onChange }: Props) {
  const { t } = useLocale();
  const { enabled, signup } = features.auth;
  return (
    <Feature
      section="auth"
      saves="at once"
      label={t.settings.auth}
      hint={t.settings.authHint}
      on={enabled}
      onSwitch={(on) => onChange("auth", { enabled: on })}
    >
      <Switch
        label={t.settings.signup}
        hint={t.settings.signupHint}
        on={signup}
        onChange={(on) => onChange("auth", { signup: on })}
      />
    </Feature>
  );
}

function AccessSelect(props: {
  readonly label: string;
  readonly value: Access;
  readonly onChange: (access: Access) => void;
}) {
  const { t } = useLocale();
  return (
    <Select
      label={props.label}
      value={props.value}
      options={ACCESS.map((one) => [one, t.settings.access[one]] as const)}
      onChange={props.onChange}
    />
  );
}
