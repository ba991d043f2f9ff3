/** Rules of single collections that differ from the rule for all. */

import { ACCESS, type Access, type Override } from "../api/features.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Select } from "../primitives/Field.tsx";
import { useProject } from "../projects/project.tsx";

type All = { readonly [collection: string]: Override };

export function Overrides(props: {
  readonly overrides: All;
  readonly onOverrides: (overrides: All) => void;
}) {
  const { t } = useLocale();
  const { overview } = useProject();
  const { overrides } = props;
  // Also a collection that has no item any more, or not yet.
  const names = [
    ...new Set([
      ...overview.collections.map(({ name }) => name),
      ...Object.keys(overrides),
    ]),
  ];
  if (names.length === 0) return null;

  function change(name: string, right: "read" | "write", access: Access | "") {
    const { [right]: _, ...rest } = overrideOf(overrides, name);
    const own: Override = access ? { ...rest, [right]: access } : rest;
    const { [name]: __, ...others } = overrides;
    const empty = Object.keys(own).length === 0;
    props.onOverrides(empty ? others : { ...others, [name]: own });
  }

  const options = [
    ["", t.settings.asAbove] as const,
    ...ACCESS.map((one) => [one, t.settings.access[one]] as const),
  ];
  return (
    <details class="overrides" open={Object.keys(overrides).length > 0}>
      <summary>{t.settings.overrides}</summary>
      <p class="field-hint">{t.settings.overridesLead}</p>
      {names.map((name) => (
        <div class="override" key={name}>
          <code dir="ltr">{name}</code>
          {(["read", "write"] as const).map((right) => (
            <Select<Access | "">
              key={right}
              bare
              label={`${name}: ${t.settings[right]}`}
              value={overrideOf(overrides, name)[right] ?? ""}
              options={options.map(([value, text]) =>
                [value, `${t.settings[right]}: ${text}`] as const
              )}
              onChange={(access) => change(name, right, access)}
            />
          ))}
        </div>
      ))}
    </details>
  );
}

/** A collection may be called like something that every object inherits. */
function overrideOf(overrides: All, name: string): Override {
  return Object.hasOwn(overrides, name) ? overrides[name] ?? {} : {};
}
