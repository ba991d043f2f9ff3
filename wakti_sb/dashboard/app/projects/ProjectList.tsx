/** Choose a project, or make the first one. */

import { useState } from "preact/hooks";
import { createProject, listProjects } from "../api/projects.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { useLoad } from "../primitives/load.ts";
import { PageHead } from "../primitives/PageHead.tsx";
import { Empty, Failed, Loading, Notice } from "../primitives/States.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { useOwner } from "../session/session.tsx";
import { go, href } from "../routing/route.ts";

export function ProjectList() {
  const { t, day } = useLocale();
  const { api } = useOwner();
  const { value: projects, problem, reload } = useLoad(
    "projects",
    () => listProjects(api),
  );
  const [creating, setCreating] = useState(false);
  return (
    <main class="page page-narrow" id="content">
      <PageHead title={t.projects.title} lead={t.projects.lead}>
        {projects && projects.length > 0 && (
          <Button
            kind="primary"
            icon="plus"
            onClick={() => setCreating(true)}
          >
            {t.projects.create}
          </Button>
        )}
      </PageHead>
      {projects === null
        ? problem
          ? <Failed problem={problem} onRetry={reload} />
          : <Loading rows={3} />
        : projects.length === 0
        ? (
          <Empty
            icon="folder"
            title={t.projects.emptyTitle}
            lead={t.projects.emptyLead}
          >
            <Button
              kind="primary"
              icon="plus"
              onClick={() => setCreating(true)}
            >
              {t.projects.createAction}
            </Button>
          </Empty>
        )
        : (
          <ul class="project-list">
            {projects.map((project) => (
              <li key={project.id}>
                <a class="project-card" href={href(project.id, "overview")}>
                  <Initial name={project.name} />
                  <span class="project-card-text">
                    <strong dir="auto">{project.name}</strong>
                    <small class="muted">
                      {t.projects.madeOn(day(project.created_at))}
                    </small>
                  </span>
                  <Icon name="right" />
                </a>
              </li>
            ))}
          </ul>
        )}
      {creating && <CreateProject onClose={() => setCreating(false)} />}
    </main>
  );
}

/** A project's first letter, where a picture would be. */
export function Initial(props: { name: string }) {
  const [first] = new Intl.Segmenter().segment(props.name.trim());
  return (
    <span class="initial" aria-hidden="true">
      {first?.segment.toUpperCase() ?? "·"}
    </span>
  );
}

export function CreateProject(props: { onClose: () => void }) {
  const { t, problem } = useLocale();
  const { api, owner } = useOwner();
  const toasts = useToasts();
  const [name, setName] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  async function create() {
    if (!name.trim()) return setMistake(t.projects.nameMissing);
    setBusy(true);
    setFailure(null);
    try {
      const project = await createProject(api, owner.id, name.trim());
      toasts.say(t.projects.created(project.name));
      props.onClose();
      go(href(project.id, "overview"));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t.projects.createTitle}
      lead={t.projects.createLead}
      onClose={props.onClose}
      onSubmit={create}
      footer={
        <FormActions
          action={t.projects.createAction}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      {failure !== null && <Notice tone="danger">{problem(failure)}</Notice>}
      <TextField
        label={t.projects.name}
        hint={t.projects.nameHint}
        value={name}
        error={mistake}
        maxLength={120}
        autofocus
        onInput={setName}
      />
    </Dialog>
  );
}
