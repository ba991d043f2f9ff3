/** Collections at the side, the items of the chosen one beside them. */

import { useState } from "preact/hooks";
import { MAX_NAME_CHARS, NAME } from "../api/limits.ts";
import type { CollectionSummary } from "../api/projects.ts";
import { createCollection } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { TextField } from "../primitives/Field.tsx";
import { PageHead } from "../primitives/PageHead.tsx";
import { Empty } from "../primitives/States.tsx";
import { useProject } from "../projects/project.tsx";
import { go, href } from "../routing/route.ts";
import { Items } from "./Items.tsx";

export function DataTab(props: { collection: string | null }) {
  const { t } = useLocale();
  const { project, overview } = useProject();
  const [naming, setNaming] = useState(false);
  const chosen = props.collection ?? overview.collections[0]?.name ?? null;
  const all = withChosen(overview.collections, chosen);
  return (
    <>
      <PageHead title={t.data.title} lead={t.data.lead}>
        {all.length > 0 && (
          <Button icon="plus" onClick={() => setNaming(true)}>
            {t.data.newCollection}
          </Button>
        )}
      </PageHead>
      {chosen === null
        ? (
          <Empty
            icon="data"
            title={t.data.emptyTitle}
            lead={t.data.emptyLead}
          >
            <Button
              kind="primary"
              icon="plus"
              onClick={() => setNaming(true)}
            >
              {t.data.newCollection}
            </Button>
          </Empty>
        )
        : (
          <div class="library">
            <CollectionList all={all} chosen={chosen} />
            <Items
              key={`${project.id} ${chosen}`}
              collection={chosen}
              title={titled(all, chosen)}
            />
          </div>
        )}
      {naming && (
        <NewCollection
          taken={all.map(({ name }) => name)}
          onClose={() => setNaming(false)}
        />
      )}
    </>
  );
}

function withChosen(
  collections: readonly CollectionSummary[],
  chosen: string | null,
): readonly CollectionSummary[] {
  if (chosen === null || collections.some(({ name }) => name === chosen)) {
    return collections;
  }
  return [...collections, { name: chosen, display_name: null, total: 0 }];
}

function CollectionList(props: {
  readonly all: readonly CollectionSummary[];
  readonly chosen: string;
}) {
  const { t, number } = useLocale();
  const { project } = useProject();
  return (
    <nav class="collections" aria-label={t.data.collections}>
      {props.all.map(({ name, display_name, total }) => (
        <a
          key={name}
          class="collection"
          href={href(project.id, "data", name)}
          aria-current={name === props.chosen ? "page" : undefined}
        >
          <span dir="auto">{display_name || name}</span>
          <span class="count">{number(total)}</span>
        </a>
      ))}
    </nav>
  );
}

function titled(all: readonly CollectionSummary[], chosen: string): string {
  return all.find(({ name }) => name === chosen)?.display_name || chosen;
}

function NewCollection(props: {
  readonly taken: readonly string[];
  readonly onClose: () => void;
}) {
  const { t, problem } = useLocale();
  const { api, owner, project, refresh } = useProject();
  const [name, setName] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  async function submit() {
    const collection = name.trim();
    if (!NAME.test(collection)) return setMistake(t.data.collectionInvalid);
    if (props.taken.includes(collection)) {
      return setMistake(t.data.collectionTaken);
    }
    setBusy(true);
    try {
      const place = { project: project.id, owner: owner.id, collection };
      await createCollection(api, place);
      await refresh();
      props.onClose();
      go(href(project.id, "data", collection));
    } catch (error) {
      setMistake(problem(error));
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t.data.newCollection}
      onClose={props.onClose}
      onSubmit={submit}
      footer={
        <FormActions
          action={t.data.createCollection}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      <TextField
        label={t.data.collectionName}
        hint={t.data.collectionHint}
        value={name}
        error={mistake}
        maxLength={MAX_NAME_CHARS}
        ltr
        autofocus
        onInput={setName}
      />
    </Dialog>
  );
}
