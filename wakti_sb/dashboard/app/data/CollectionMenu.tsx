/** What can be done with a whole collection: another name, no items, no collection. */

import { useState } from "preact/hooks";
import { EVERY_ITEM } from "../api/item_query.ts";
import { itemIds, type Place, setStatus } from "../api/items.ts";
import {
  deleteSchema,
  nameCollection,
  readSchema,
  restoreSchema,
} from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Confirm, Dialog, FormActions } from "../primitives/Dialog.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Menu } from "../primitives/Menu.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useProject } from "../projects/project.tsx";
import { go, href } from "../routing/route.ts";

type Work = "rename" | "empty" | "delete";

interface Props {
  readonly place: Place;
  /** What people call it. */
  readonly title: string;
  readonly onChanged: () => Promise<void>;
}

export function CollectionMenu(props: Props) {
  const { t } = useLocale();
  const toasts = useToasts();
  const { api, project, refresh } = useProject();
  const { place, title, onChanged } = props;
  const [work, setWork] = useState<Work | null>(null);

  function offerUndo(said: string, done: string, undo: () => Promise<void>) {
    toasts.say(said, {
      label: t.common.undo,
      run: async () => {
        try {
          await undo();
          toasts.say(done);
        } catch (error) {
          toasts.fail(error);
        }
        await onChanged();
      },
    });
  }

  async function empty() {
    const ids = await itemIds(api, place, EVERY_ITEM);
    await setStatus(api, ids, "deleted");
    offerUndo(
      t.data.deletedMany(ids.length),
      t.data.restoredMany(ids.length),
      () => setStatus(api, ids, "active"),
    );
    onChanged();
  }

  async function remove() {
    const [ids, schema] = await Promise.all([
      itemIds(api, place, EVERY_ITEM),
      readSchema(api, place),
    ]);
    await setStatus(api, ids, "deleted");
    await deleteSchema(api, place);
    offerUndo(
      t.data.collectionDeleted(title),
      t.data.collectionRestored(title),
      async () => {
        if (schema) await restoreSchema(api, place, schema);
        await setStatus(api, ids, "active");
        await refresh();
        go(href(project.id, "data", place.collection));
      },
    );
    go(href(project.id, "data"));
    await refresh();
  }

  const close = () => setWork(null);
  return (
    <>
      <Menu
        icon="more"
        label={t.data.collectionMenu(title)}
        items={[
          { label: t.data.rename, onSelect: () => setWork("rename") },
          { label: t.data.empty, onSelect: () => setWork("empty") },
          {
            label: t.data.deleteCollection,
            danger: true,
            onSelect: () => setWork("delete"),
          },
        ]}
      />
      {work === "rename" && <Rename {...props} onClose={close} />}
      {work === "empty" && (
        <Confirm
          title={t.data.emptyTitleOf(title)}
          lead={t.data.deleteLead}
          action={t.common.delete}
          onConfirm={empty}
          onClose={close}
        />
      )}
      {work === "delete" && (
        <Confirm
          title={t.data.deleteCollectionTitle(title)}
          lead={t.data.deleteCollectionLead}
          action={t.common.delete}
          onConfirm={remove}
          onClose={close}
        />
      )}
    </>
  );
}

function Rename(props: Props & { readonly onClose: () => void }) {
  const { t, problem } = useLocale();
  const toasts = useToasts();
  const { api } = useProject();
  const [name, setName] = useState(props.title);
  const [mistake, setMistake] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  async function save() {
    if (!name.trim()) return setMistake(t.data.displayNameMissing);
    setBusy(true);
    try {
      await nameCollection(api, props.place, name.trim());
      toasts.say(t.data.renamed);
      props.onClose();
      await props.onChanged();
    } catch (error) {
      setMistake(problem(error));
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t.data.renameTitle}
      onClose={props.onClose}
      onSubmit={save}
      footer={
        <FormActions
          action={t.common.save}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      <TextField
        label={t.data.displayName}
        hint={t.data.renameHint(props.place.collection)}
        value={name}
        error={mistake}
        maxLength={120}
        autofocus
        onInput={setName}
      />
    </Dialog>
  );
}
