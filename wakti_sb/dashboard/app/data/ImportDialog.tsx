/** Import from CSV or JSON: first what would be imported, then the import. */

import { useState } from "preact/hooks";
import { fieldOf } from "../api/json.ts";
import type { Place } from "../api/items.ts";
import { limits } from "../api/limits.ts";
import { type Field as Known, learned } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import type { Messages } from "../i18n/messages.ts";
import { Button } from "../primitives/Button.tsx";
import { Dialog } from "../primitives/Dialog.tsx";
import { Field } from "../primitives/Field.tsx";
import { useLeaveQuestion } from "../primitives/leaving.ts";
import { Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { visible } from "../primitives/visible.ts";
import { useProject } from "../projects/project.tsx";
import { CsvError, type CsvFault } from "../transfer/csv.ts";
import {
  MAX_FILE_BYTES,
  parse,
  type Parsed,
  type Reason,
} from "../transfer/import.ts";
import { readText } from "../transfer/text.ts";
import { importItems } from "./importing.ts";
import { lastChange } from "./undo.ts";
import { cellText, reason } from "./values.ts";

const PREVIEWED = 5; // rows
const LISTED = 5; // rows that are left out

interface Chosen extends Parsed {
  /** The encoding that was guessed; null where the file says its own. */
  readonly guessed: string | null;
}

export function ImportDialog(props: {
  readonly place: Place;
  readonly fields: readonly Known[];
  readonly onImported: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const locale = useLocale();
  const { t, number } = locale;
  const toasts = useToasts();
  const { api } = useProject();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [update, setUpdate] = useState(true);
  const [mistake, setMistake] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [done, setDone] = useState<number | null>(null);
  useLeaveQuestion(done !== null);

  async function choose(file: File | undefined) {
    setChosen(null);
    setMistake(null);
    setFailure(null);
    if (!file) return;
    if (file.size > MAX_FILE_BYTES) {
      return setMistake(t.data.importFileLarge(locale.bytes(MAX_FILE_BYTES)));
    }
    const read = readText(new Uint8Array(await file.arrayBuffer()));
    if ("fault" in read) {
      return setMistake(
        read.fault === "workbook"
          ? t.data.importWorkbook
          : t.data.importNotText,
      );
    }
    try {
      const parsed = parse(read.text, props.fields);
      if (parsed.found.length + parsed.skipped.length === 0) {
        setMistake(t.data.importNothing);
      } else setChosen({ ...parsed, guessed: read.guessed });
    } catch (error) {
      setMistake(
        error instanceof CsvError
          ? csvFault(t.data, number, error.fault)
          : t.data.invalidJson(reason(error)),
      );
    }
  }

  async function run({ found }: Parsed) {
    const begun = Date.now();
    let count = 0;
    setDone(0);
    setFailure(null);
    try {
      await importItems(api, props.place, found, update, (soFar) => {
        count = soFar;
        setDone(soFar);
      });
      toasts.say(t.data.imported(count));
      props.onClose();
    } catch (error) {
      const said = [locale.problem(error)];
      const { project, collection } = props.place;
      const change = lastChange(project, collection);
      if (change && change.at >= begun) {
        // What is in can be taken back in the list; a second try would add it twice.
        said.push(t.data.importStopped(number(count), number(found.length)));
        const tried = change.added.length + change.before.length;
        if (tried > count) said.push(t.data.importUnknown);
        setChosen(null);
      }
      setFailure(said.join(" "));
      setDone(null);
    }
    await props.onImported();
  }

  const exported = chosen?.found.some(({ id }) => id !== null) ?? false;
  const ready = chosen !== null && chosen.found.length > 0;
  return (
    <Dialog
      wide
      title={t.data.importTitle(props.place.collection)}
      lead={t.data.importLead}
      onClose={() => done === null && props.onClose()}
      onSubmit={() => ready && done === null && run(chosen)}
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
              ? t.data.importAction(chosen?.found.length ?? 0)
              : t.data.importing(
                number(done),
                number(chosen?.found.length ?? 0),
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
            accept=".csv,.tsv,.txt,.json,text/csv,application/json"
            disabled={done !== null}
            onChange={(event) => choose(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      {exported && (
        <label class="check-line">
          <input
            type="checkbox"
            class="checkbox"
            checked={update}
            disabled={done !== null}
            onChange={(event) => setUpdate(event.currentTarget.checked)}
          />
          <span>{t.data.importUpdate}</span>
        </label>
      )}
      {chosen?.guessed && (
        <Notice tone="warning">{t.data.importGuessed(chosen.guessed)}</Notice>
      )}
      {chosen && <Preview parsed={chosen} />}
    </Dialog>
  );
}

function csvFault(
  t: Messages["data"],
  number: (value: number) => string,
  fault: CsvFault,
): string {
  switch (fault.kind) {
    case "quote":
      return t.importQuote(number(fault.line));
    case "twice":
      return t.importTwice(fault.name);
    case "unnamed":
      return t.importUnnamed(number(fault.column));
  }
}

function Preview(props: { parsed: Parsed }) {
  const { t, bytes, number } = useLocale();
  const { found, skipped } = props.parsed;
  const shown = found.slice(0, PREVIEWED).map(({ data }) => data);
  const fields = learned([], shown);
  const reasons: Readonly<Record<Reason, string>> = {
    shape: t.data.importRowShape,
    object: t.data.importRowObject,
    large: t.data.importRowLarge(bytes(limits.item)),
    deep: t.data.importRowDeep(limits.json_depth),
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
          <p>{t.data.importPreview(found.length)}</p>
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
                      {visible(name)}{" "}
                      <small class="muted">{t.data.types[type]}</small>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((data, index) => (
                  <tr key={index}>
                    {fields.map(({ name }) => (
                      <td key={name}>
                        <span class="cell-text" dir="auto">
                          {visible(
                            cellText(t.data, number, fieldOf(data, name))
                              .slice(0, 80),
                          )}
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
