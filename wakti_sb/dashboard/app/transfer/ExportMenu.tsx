/** Exports a list and says how far it is. */

import { useState } from "preact/hooks";
import type { Page } from "../api/client.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Menu } from "../primitives/Menu.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import {
  download,
  type Exported,
  type Format,
  gather,
  render,
} from "./export.ts";

export function ExportMenu<Row>(props: {
  /** The file's name, without its end. */
  readonly name: string;
  readonly rows: () => AsyncIterable<Page<Row>>;
  readonly row: (row: Row) => Exported;
  readonly disabled: boolean;
}) {
  const { t, percent } = useLocale();
  const toasts = useToasts();
  const [part, setPart] = useState<number | null>(null);
  async function run(format: Format) {
    setPart(0);
    try {
      const rows = await gather(props.rows(), setPart);
      download(props.name, format, render(rows.map(props.row), format));
      toasts.say(t.common.exported(rows.length));
    } catch (error) {
      toasts.fail(error);
    } finally {
      setPart(null);
    }
  }
  return (
    <Menu
      text
      icon="download"
      label={part === null
        ? t.common.export
        : t.common.exporting(percent(part))}
      disabled={props.disabled || part !== null}
      items={[
        { label: t.common.exportCsv, onSelect: () => run("csv") },
        { label: t.common.exportJson, onSelect: () => run("json") },
      ]}
    />
  );
}
