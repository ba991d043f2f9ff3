/** Collections at the side, the items of the chosen one beside them. */

import { useState } from "preact/hooks";
import { isName, limits } from "../api/limits.ts";
import type { CollectionSummary } from "../api/projects.ts";
import { createCollection } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { TextField } from "../primitives/Field.tsx";
import { PageHead } from "../primitives/PageHead.tsx";
import { Empty } from "../primitives/States.tsx";
import { Search } from "../primitives/Search.tsx";
import { visible } from "../primitives/visible.ts";
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

/** More than these are found by searching. */
const MOST_LISTED = 200;
const WORTH_A_SEARCH = 20;

function CollectionList(props: {
  readonly all: readonly CollectionSummary[];
  readonly chosen: string;
}) {
  const { t, number } = useLocale();
  const { project } = useProject();
  const [search, setSearch] = useState("");
  const wanted = search.toLowerCase();
  const matching = props.all.filter(({ name, display_name }) =>
    `${name} ${display_name ?? ""}`.toLowerCase().includes(wanted)
  );
  const listed = matching.slice(0, MOST_LISTED);
  // The open one is always there.
  const open = props.all.find(({ name }) => name === props.chosen);
  const shown = open && !listed.includes(open) ? [...listed, open] : listed;
  const hidden = matching.filter((one) => !shown.includes(one)).length;
  return (
    <nav class="collections" aria-label={t.data.collections}>
      {props.all.length > WORTH_A_SEARCH && (
        <Search
          label={t.data.searchCollections}
          value={search}
          onSearch={setSearch}
        />
      )}
      {shown.map(({ name, display_name, total }) => (
        <a
          key={name}
          class="collection"
          href={href(project.id, "data", name)}
          aria-current={name === props.chosen ? "page" : undefined}
        >
          <span dir="auto">{visible(display_name || name)}</span>
          <span class="count">{number(total)}</span>
        </a>
      ))}
      {hidden > 0 && <span class="muted">{t.data.moreCollections(hidden)}
      </span>}
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
    if (!isName(collection)) {
      return setMistake(t.data.collectionInvalid(limits.name_chars));
    }
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
        maxLength={limits.name_chars}
        ltr
        autofocus
        onInput={setName}
      />
    </Dialog>
  );
}
