/**
 * Who may do what, as a picture: a row for each right, filled as far as it reaches. A place in it
 * is a choice, for the mouse, the keyboard and a screen reader alike.
 */

import { useId } from "preact/hooks";
import { type Right, RIGHTS, type Verb, VERBS } from "../api/features.ts";
import type { Rights } from "../api/rights.ts";
import { useLocale } from "../i18n/locale.tsx";

export function RightsPicture(props: {
  readonly rights: Rights;
  readonly onRight: (verb: Verb, right: Right) => void;
}) {
  const { t } = useLocale();
  const id = useId();
  return (
    <div
      class="table-scroll"
      tabIndex={0}
      role="region"
      aria-label={t.settings.rights}
    >
      <table class="table rights">
        <caption class="unseen">{t.settings.rights}</caption>
        <thead>
          <tr>
            <td />
            {RIGHTS.map((right) => (
              <th key={right} scope="col">{t.settings.access[right]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {VERBS.map((verb) => {
            const reach = RIGHTS.indexOf(props.rights[verb]);
            const risky = reach === 0 &&
              (verb === "update" || verb === "delete");
            return (
              <tr key={verb} class={risky ? "right-risky" : undefined}>
                <th scope="row">{t.settings.verbs[verb]}</th>
                {RIGHTS.map((right, place) => (
                  <td
                    key={right}
                    class={place >= reach ? "right-held" : undefined}
                  >
                    <input
                      type="radio"
                      name={`${id} ${verb}`}
                      aria-label={`${t.settings.verbs[verb]}: ${
                        t.settings.access[right]
                      }`}
                      checked={place === reach}
                      onChange={() => props.onRight(verb, right)}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
