/** Add or edit an item: a control for each field, or the raw JSON. */

import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { newId } from "../api/client.ts";
import {
  type Item,
  type Place,
  readItem,
  saveItem,
  writeItems,
} from "../api/items.ts";
import { type Data, depth, fieldOf, isData } from "../api/json.ts";
import { limits } from "../api/limits.ts";
import { type Field, learned, teach } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog } from "../primitives/Dialog.tsx";
import { Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { byteSize } from "../transfer/import.ts";
import { draftOf, dropDraft, keepDraft } from "./drafts.ts";
import { FieldsForm } from "./FieldsForm.tsx";
import { JsonField } from "./JsonField.tsx";
import { saveDocument, type Store } from "./saving.ts";
import { collect, type Draft, fittingType, reason, toDraft } from "./values.ts";

type Mode = "form" | "json";
type Failure =
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "conflict"; readonly theirs: Item }
  | { readonly kind: "gone" };

export function ItemEditor(props: {
  readonly place: Place;
  /** Null to add one. */
  readonly item: Item | null;
  readonly fields: readonly Field[];
  readonly onSaved: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const locale = useLocale();
  const { t } = locale;
  const toasts = useToasts();
  const { api, refresh } = useProject();
  const own = props.item?.id ?? null;
  const kept = useMemo(() => draftOf(props.place, own), []);
  const [base, setBase] = useState(kept ? kept.base : props.item);
  const before: Data = base?.data ?? {};
  const [mode, setMode] = useState<Mode>(kept?.mode ?? "form");
  const [drafts, setDrafts] = useState(() =>
    kept?.drafts ?? draftsOf(props.fields, before)
  );
  const [json, setJson] = useState(kept?.json ?? "");
  const [mistakes, setMistakes] = useState<ReadonlyMap<string, string>>(
    new Map(),
  );
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);

  /** What stands in the editor; null where something is wrong with it. */
  function read(): Data | null {
    if (mode === "form") {
      const { data, mistakes } = collect(t.data, drafts, before);
      setMistakes(mistakes);
      return mistakes.size > 0 ? null : data;
    }
    const parsed = parse(json);
    setMistakes(new Map(parsed.mistake ? [["", parsed.mistake]] : []));
    return parsed.data ?? null;
  }

  function parse(text: string): { data?: Data; mistake?: string } {
    try {
      const value: unknown = JSON.parse(text);
      return isData(value) ? { data: value } : { mistake: t.data.notObject };
    } catch (error) {
      return { mistake: t.data.invalidJson(reason(error)) };
    }
  }

  function limitOf(data: Data): string | null {
    if (depth(data) > limits.json_depth) {
      return t.data.tooDeep(limits.json_depth);
    }
    const size = byteSize(data);
    if (size > limits.item) {
      return t.data.tooLarge(locale.bytes(size), locale.bytes(limits.item));
    }
    return null;
  }

  function change(next: Mode) {
    if (next === mode) return;
    const data = read();
    if (data === null) return;
    if (next === "json") setJson(JSON.stringify(data, null, 2));
    else setDrafts(draftsOf(learned(props.fields, [data]), data));
    setMode(next);
  }

  // The same at each attempt: a save whose answer was lost makes no second item.
  const fresh = useMemo(newId, []);
  const store: Store = {
    create: (data) => writeItems(api, props.place, [{ id: fresh, data }]),
    save: (item, data) => saveItem(api, item, data),
    read: (id) => readItem(api, id),
  };

  /** Saves over `onto`, or as a new item. */
  async function save(onto: Item | null) {
    const data = read();
    if (data === null) return;
    const limit = limitOf(data);
    if (limit) return setFailure({ kind: "said", text: limit });
    setBusy(true);
    setFailure(null);
    const saved = await saveDocument(store, onto, data);
    if (saved.kind === "saved") {
      dropDraft(props.place, own);
      toasts.say(onto ? t.data.saved : t.data.added);
      await teach(api, props.place, [data]).catch(toasts.fail);
      props.onClose();
      return await props.onSaved();
    }
    setBusy(false);
    if (saved.kind !== "failed") return setFailure(saved);
    setFailure({ kind: "said", text: locale.problem(saved.problem) });
    // A new item has nowhere to go: the whole project may be gone.
    if (saved.problem.kind === "gone") await refresh();
  }

  function showTheirs(theirs: Item) {
    setBase(theirs);
    setDrafts(draftsOf(learned(props.fields, [theirs.data]), theirs.data));
    setJson(JSON.stringify(theirs.data, null, 2));
    setMistakes(new Map());
    setFailure(null);
  }

  const start = useMemo(
    () => JSON.stringify(draftsOf(props.fields, props.item?.data ?? {})),
    [],
  );
  const touched = kept !== null || mode === "json" ||
    JSON.stringify(drafts) !== start;
  // Before the next thing that happens, which may be a reload.
  useLayoutEffect(() => {
    if (touched) keepDraft(props.place, own, { base, mode, drafts, json });
  }, [touched, base, mode, drafts, json]);

  function leave() {
    if (touched && !leaving) setLeaving(true);
    else props.onClose();
  }

  function discard() {
    dropDraft(props.place, own);
    props.onClose();
  }

  return (
    <Dialog
      wide
      title={props.item ? t.data.editItem : t.data.addItem}
      onClose={leave}
      onSubmit={() => save(base)}
      footer={leaving
        ? (
          <>
            <span class="foot-question">{t.data.discardTitle}</span>
            <Button onClick={() => setLeaving(false)}>
              {t.data.keepEditing}
            </Button>
            <Button kind="danger" onClick={discard}>
              {t.data.discard}
            </Button>
          </>
        )
        : (
          <>
            <Button onClick={leave}>{t.common.cancel}</Button>
            <Button kind="primary" type="submit" busy={busy}>
              {busy ? t.common.saving : t.common.save}
            </Button>
          </>
        )}
    >
      {kept && <Notice tone="calm">{t.data.unsavedBack}</Notice>}
      <FailureNotice
        failure={failure}
        onTheirs={showTheirs}
        onMine={(theirs) => save(theirs)}
        onNew={() => {
          setBase(null);
          save(null);
        }}
      />
      <div class="segments" role="group" aria-label={t.data.mode}>
        {(["form", "json"] as const).map((one) => (
          <button
            key={one}
            type="button"
            class="segment"
            aria-pressed={one === mode}
            onClick={() => change(one)}
          >
            {one === "form" ? t.data.asForm : t.data.asJson}
          </button>
        ))}
      </div>
      {mode === "form"
        ? (
          <FieldsForm
            drafts={drafts}
            mistakes={mistakes}
            onDrafts={setDrafts}
          />
        )
        : (
          <JsonField
            label="JSON"
            value={json}
            mistake={mistakes.get("") ?? null}
            rows={18}
            onInput={setJson}
          />
        )}
    </Dialog>
  );
}

function draftsOf(fields: readonly Field[], data: Data): readonly Draft[] {
  const known = learned(fields, [data]);
  const names = new Set(known.map(({ name }) => name));
  // A value of null tells no type, but it must not get lost.
  const unknown = Object.keys(data).filter((name) => !names.has(name));
  return [
    ...known,
    ...unknown.map((name) => ({ name, type: "text" as const })),
  ].map(({ name, type }) =>
    toDraft(
      { name, type: fittingType(type, fieldOf(data, name)) },
      fieldOf(data, name),
    )
  );
}

function FailureNotice(props: {
  readonly failure: Failure | null;
  readonly onTheirs: (theirs: Item) => void;
  readonly onMine: (theirs: Item) => void;
  readonly onNew: () => void;
}) {
  const { t } = useLocale();
  const { failure } = props;
  switch (failure?.kind) {
    case undefined:
      return null;
    case "said":
      return <Notice tone="danger">{failure?.text}</Notice>;
    case "gone":
      return (
        <Notice tone="danger" title={t.data.goneTitle}>
          <p>{t.data.goneLead}</p>
          <Button small onClick={props.onNew}>{t.data.saveAsNew}</Button>
        </Notice>
      );
    case "conflict":
      return (
        <Notice tone="danger" title={t.data.conflictTitle}>
          <p>{t.data.conflictLead}</p>
          <div class="notice-actions">
            <Button small onClick={() => props.onTheirs(failure.theirs)}>
              {t.data.conflictTheirs}
            </Button>
            <Button small onClick={() => props.onMine(failure.theirs)}>
              {t.data.conflictMine}
            </Button>
          </div>
        </Notice>
      );
  }
}
