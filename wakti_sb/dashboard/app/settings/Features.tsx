/** The four systems as switches, each with a sentence and its own settings. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ACCESS, type Access, type FullFeatures } from "../api/features.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Select, TextField } from "../primitives/Field.tsx";
import { Notice } from "../primitives/States.tsx";
import { Switch } from "../primitives/Switch.tsx";
import { Overrides } from "./Overrides.tsx";
import type { Change } from "./SettingsPage.tsx";

interface Props {
  readonly features: FullFeatures;
  readonly onChange: Change;
}

function Feature(props: {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card settings-card">
      <Switch
        strong
        label={props.label}
        hint={props.hint}
        on={props.on}
        onChange={props.onSwitch}
      />
      {props.on && props.children}
    </section>
  );
}

export function Forms({ features, onChange }: Props) {
  const { t } = useLocale();
  const { enabled, honeypot } = features.forms;
  const [name, setName] = useState(honeypot);
  return (
    <Feature
      label={t.settings.forms}
      hint={t.settings.formsHint}
      on={enabled}
      onSwitch={(on) => onChange("forms", { enabled: on })}
    >
      <form
        class="settings-line"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onChange("forms", { honeypot: name.trim() });
        }}
      >
        <TextField
          label={t.settings.honeypot}
          hint={t.settings.honeypotHint}
          value={name}
          maxLength={64}
          ltr
          onInput={setName}
        />
        <Button type="submit" disabled={name.trim() === honeypot}>
          {t.common.save}
        </Button>
      </form>
    </Feature>
  );
}

export function Collections({ features, onChange }: Props) {
  const { t } = useLocale();
  const { enabled, read, write, validate, overrides } = features.collections;
  return (
    <Feature
      label={t.settings.collections}
      hint={t.settings.collectionsHint}
      on={enabled}
      onSwitch={(on) => onChange("collections", { enabled: on })}
    >
      <div class="settings-pair">
        <AccessSelect
          label={t.settings.read}
          value={read}
          onChange={(access) => onChange("collections", { read: access })}
        />
        <AccessSelect
          label={t.settings.write}
          value={write}
          onChange={(access) => onChange("collections", { write: access })}
        />
      </div>
      {write === "public" && (
        <Notice tone="warning">{t.settings.publicCollections}</Notice>
      )}
      <Overrides
        overrides={overrides}
        onOverrides={(next) => onChange("collections", { overrides: next })}
      />
      <Switch
        label={t.settings.validate}
        hint={t.settings.validateHint}
        on={validate}
        onChange={(on) => onChange("collections", { validate: on })}
      />
    </Feature>
  );
}

export function Uploads({ features, onChange }: Props) {
  const { t } = useLocale();
  const { enabled, write } = features.uploads;
  return (
    <Feature
      label={t.settings.uploads}
      hint={t.settings.uploadsHint}
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
