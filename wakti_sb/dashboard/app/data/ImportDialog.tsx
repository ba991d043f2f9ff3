/** Import from CSV or JSON: first what would be imported, then the import. */

import { useState } from "preact/hooks";
import { portions } from "../api/client.ts";
import { createItems, type Place } from "../api/items.ts";
import { learned, teach } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import type { Messages } from "../i18n/messages.ts";
import { Button } from "../primitives/Button.tsx";
import { Dialog } from "../primitives/Dialog.tsx";
import { Field } from "../primitives/Field.tsx";
import { Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import {
  byteSize,
  MAX_FILE_BYTES,
  parseCsv,
  type Parsed,
  parseJson,
  type Reason,
} from "../transfer/import.ts";
import { cellText, reason } from "./values.ts";

const PREVIEWED = 5; // rows
const LISTED = 5; // rows that are left out
const AT_ONCE = 200; // items a request
const REQUEST_BYTES = 500_000; // so that large items go in small groups

export function ImportDialog(props: {
  readonly place: Place;
  readonly onImported: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const locale = useLocale();
  const { t, number } = locale;
  const toasts = useToasts();
  const { api } = useProject();
  const [parsed, setParsed] = useState<Parsed | null>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [done, setDone] = useState<number | null>(null);

  async function choose(file: File | undefined) {
    setParsed(null);
    setMistake(null);
    if (!file) return;
    if (file.size > MAX_FILE_BYTES) return setMistake(t.data.importFileLarge);
    const read = await readText(file, t.data);
    if ("mistake" in read) return setMistake(read.mistake);
    try {
      const found = /^\s*[[{]/.test(read.text)
        ? parseJson(read.text)
        : parseCsv(read.text);
      if (found.documents.length + found.skipped.length === 0) {
        setMistake(t.data.importNothing);
      } else setParsed(found);
    } catch (error) {
      setMistake(t.data.invalidJson(reason(error)));
    }
  }

  async function run({ documents }: Parsed) {
    let count = 0;
    setDone(0);
    try {
      for (const some of portions(documents, groupSize(documents))) {
        await createItems(api, props.place, some);
        count += some.length;
        setDone(count);
      }
      await teach(api, props.place, documents);
      toasts.say(t.data.imported(count));
      props.onClose();
      await props.onImported();
    } catch (error) {
      const stopped = count > 0
        ? ` ${t.data.importStopped(number(count), number(documents.length))}`
        : "";
      setFailure(`${locale.problem(error)}${stopped}`);
      // What is in already must not go in twice.
      setParsed({ documents: documents.slice(count), skipped: [] });
      setDone(null);
      await props.onImported();
    }
  }

  const ready = parsed !== null && parsed.documents.length > 0;
  return (
    <Dialog
      wide
      title={t.data.importTitle(props.place.collection)}
      lead={t.data.importLead}
      onClose={() => done === null && props.onClose()}
      onSubmit={() => ready && done === null && run(parsed)}
      footer={
        <>
          <Button disabled={done !== null} onClick={props.onClose}>
            {t.common.cancel}
          </Button>
          <Button
            kind="primary"
            type="submit"
            disabled={!ready}
            busy={done !== null}
          >
            {done === null
              ? t.data.importAction(parsed?.documents.length ?? 0)
              : t.data.importing(
                number(done),
                number(parsed?.documents.length ?? 0),
              )}
          </Button>
        </>
      }
    >
      {failure && <Notice tone="danger">{failure}</Notice>}
      <Field label={t.data.importChoose} error={mistake}>
        {(described) => (
          <input
            {...described}
            class="input"
            type="file"
            accept=".csv,.json,text/csv,application/json"
            disabled={done !== null}
            onChange={(event) => choose(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      {parsed && <Preview parsed={parsed} />}
    </Dialog>
  );
}

/** As many items as make a request of a reasonable size. */
function groupSize(documents: Parsed["documents"]): number {
  const largest = documents.reduce(
    (most, one) => Math.max(most, byteSize(one)),
    1,
  );
  return Math.max(1, Math.min(AT_ONCE, Math.floor(REQUEST_BYTES / largest)));
}

async function readText(
  file: File,
  t: Messages["data"],
): Promise<{ text: string } | { mistake: string }> {
  try {
    const bytes = await file.arrayBuffer();
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { mistake: t.importNotText };
  }
}

function Preview(props: { parsed: Parsed }) {
  const { t, number } = useLocale();
  const { documents, skipped } = props.parsed;
  const shown = documents.slice(0, PREVIEWED);
  const fields = learned([], shown);
  const reasons: Readonly<Record<Reason, string>> = {
    shape: t.data.importRowShape,
    object: t.data.importRowObject,
    large: t.data.importRowLarge,
    deep: t.data.importRowDeep,
  };
  return (
    <>
      {skipped.length > 0 && (
        <Notice tone="warning" title={t.data.importSkipped(skipped.length)}>
          <ul>
            {skipped.slice(0, LISTED).map(({ row, reason }) => (
              <li key={row}>
                {t.data.importRow(number(row), reasons[reason])}
              </li>
            ))}
            {skipped.length > LISTED && <li>…</li>}
          </ul>
        </Notice>
      )}
      {shown.length > 0 && (
        <>
          <p>{t.data.importPreview(documents.length)}</p>
          <div
            class="table-scroll card"
            tabIndex={0}
            role="region"
            aria-label={t.data.import}
          >
            <table class="table">
              <thead>
                <tr>
                  {fields.map(({ name, type }) => (
                    <th key={name} scope="col">
                      {name} <small class="muted">{t.data.types[type]}</small>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((document, index) => (
                  <tr key={index}>
                    {fields.map(({ name }) => (
                      <td key={name}>
                        <span class="cell-text" dir="auto">
                          {cellText(t.data, number, document[name])
                            .slice(0, 80)}
                        </span>
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}
