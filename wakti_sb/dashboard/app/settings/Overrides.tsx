/** Rules of single collections that differ from the rule for all. */

import { useState } from "preact/hooks";
import {
  type FullFeatures,
  type Override,
  type Right,
  RIGHTS,
  type Verb,
  VERBS,
} from "../api/features.ts";
import { overrideOf } from "../api/rights.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Select } from "../primitives/Field.tsx";
import { useProject } from "../projects/project.tsx";

type Collections = FullFeatures["collections"];

export function Overrides(props: {
  readonly collections: Collections;
  readonly onOverrides: (overrides: Collections["overrides"]) => void;
}) {
  const { t } = useLocale();
  const { overview } = useProject();
  const { overrides } = props.collections;
  const [begun, setBegun] = useState<readonly string[]>([]);
  // Also of a collection that has no item any more, or not yet.
  const names = [...new Set([...Object.keys(overrides), ...begun])];
  const others = overview.collections.map(({ name }) => name)
    .filter((name) => !names.includes(name));
  const [next, setNext] = useState("");
  if (names.length === 0 && others.length === 0) return null;
  const chosen = others.includes(next) ? next : others[0] ?? "";

  function change(name: string, verb: Verb, right: Right | "") {
    const { [verb]: _, ...rest } = overrideOf(overrides, name);
    const own: Override = right ? { ...rest, [verb]: right } : rest;
    const { [name]: __, ...remaining } = overrides;
    const empty = Object.keys(own).length === 0;
    props.onOverrides(empty ? remaining : { ...remaining, [name]: own });
  }

  return (
    <details class="overrides" open={names.length > 0}>
      <summary>{t.settings.overrides}</summary>
      <p class="field-hint">{t.settings.overridesLead}</p>
      {names.map((name) => (
        <OverrideLine
          key={name}
          name={name}
          override={overrideOf(overrides, name)}
          onChange={(verb, right) => change(name, verb, right)}
        />
      ))}
      {chosen && (
        <div class="settings-line">
          <Select
            label={t.settings.overrideFor}
            value={chosen}
            options={others.map((name) => [name, name] as const)}
            onChange={setNext}
          />
          <Button icon="plus" onClick={() => setBegun([...begun, chosen])}>
            {t.common.add}
          </Button>
        </div>
      )}
    </details>
  );
}

function OverrideLine(props: {
  readonly name: string;
  readonly override: Override;
  readonly onChange: (verb: Verb, right: Right | "") => void;
}) {
  const { t } = useLocale();
  const { name, override } = props;
  const all = override.write === undefined
    ? t.settings.asAbove
    : t.settings.access[override.write];
  return (
    <div class="override">
      <code dir="ltr">{name}</code>
      {VERBS.map((verb) => (
        <Select<Right | "">
          key={verb}
          bare
          label={`${name}: ${t.settings.verbs[verb]}`}
          value={override[verb] ?? ""}
          options={[
            ["", verb === "read" ? t.settings.asAbove : all] as const,
            ...RIGHTS.map((one) => [one, t.settings.access[one]] as const),
          ].map(([value, text]) =>
            [value, `${t.settings.verbs[verb]}: ${text}`] as const
          )}
          onChange={(right) => props.onChange(verb, right)}
        />
      ))}
    </div>
  );
}
