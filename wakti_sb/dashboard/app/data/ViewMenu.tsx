/** How the table looks: its columns, how close its rows are, and printed. */

import type { Field } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Menu } from "../primitives/Menu.tsx";
import { friendly } from "../primitives/visible.ts";
import type { Look } from "./arrange.ts";

const MOST = 40; // more than anybody chooses from

export function ViewMenu(props: {
  readonly fields: readonly Field[];
  readonly look: Look;
}) {
  const { t } = useLocale();
  const { look } = props;
  return (
    <Menu
      text
      icon="eye"
      label={t.data.view}
      items={[
        {
          label: t.data.dense,
          several: true,
          checked: look.dense,
          onSelect: () => look.setDense(!look.dense),
        },
        { label: t.data.print, onSelect: () => print() },
        ...props.fields.slice(0, MOST).map(({ name }) => ({
          label: friendly(name),
          several: true,
          checked: look.columns.includes(name),
          onSelect: () => look.toggle(name),
        })),
      ]}
    />
  );
}
