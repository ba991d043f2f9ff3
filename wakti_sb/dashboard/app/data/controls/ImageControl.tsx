/** The address of a picture, with the picture, and the way to those that were uploaded. */

import { useState } from "preact/hooks";
import { listUploads, publicUrl } from "../../api/uploads.ts";
import { useLocale } from "../../i18n/locale.tsx";
import { Button } from "../../primitives/Button.tsx";
import { TextField } from "../../primitives/Field.tsx";
import { useLoad } from "../../primitives/load.ts";
import { Failed, Loading } from "../../primitives/States.tsx";
import { visible } from "../../primitives/visible.ts";
import { useProject } from "../../projects/project.tsx";
import type { ControlProps } from "./control.ts";

export function ImageControl(props: ControlProps) {
  const { t } = useLocale();
  const [choosing, setChoosing] = useState(false);
  const { api } = useProject();
  // The page loads pictures from its own project only: its policy forbids the rest.
  const shown = URL.canParse(props.text) &&
    new URL(props.text).origin === new URL(api.config.apiUrl).origin;
  return (
    <div class="image-control">
      {shown && <img src={props.text} alt="" loading="lazy" />}
      <div class="stack">
        <TextField
          ltr
          label={props.label}
          value={props.text}
          error={props.mistake}
          onInput={props.onText}
        />
        <div>
          <Button small onClick={() => setChoosing(!choosing)}>
            {t.data.chooseImage}
          </Button>
        </div>
        {choosing && (
          <Pictures
            onChoose={(url) => {
              props.onText(url);
              setChoosing(false);
            }}
          />
        )}
      </div>
    </div>
  );
}

function Pictures(props: { readonly onChoose: (url: string) => void }) {
  const { t } = useLocale();
  const { api, project } = useProject();
  const list = useLoad(project.id, () => listUploads(api, project.id, 0));
  if (list.value === null) {
    return list.problem
      ? <Failed problem={list.problem} onRetry={list.reload} />
      : <Loading rows={1} />;
  }
  const pictures = list.value.rows.filter(({ file_type }) =>
    file_type.startsWith("image/")
  );
  if (pictures.length === 0) return <p class="muted">{t.data.noImages}</p>;
  return (
    <ul class="pictures">
      {pictures.map((upload) => {
        const url = publicUrl(api, upload.storage_path);
        return (
          <li key={upload.id}>
            <button
              type="button"
              class="picture"
              title={visible(upload.filename)}
              aria-label={visible(upload.filename)}
              onClick={() => props.onChoose(url)}
            >
              <img src={url} alt="" loading="lazy" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
