/** The stored files, each with a preview and what can be done with it. */

import { useState } from "preact/hooks";
import type { Upload } from "../api/uploads.ts";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "../primitives/Button.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { visible } from "../primitives/visible.ts";

export function Files(props: {
  readonly rows: readonly Upload[];
  readonly urlOf: (upload: Upload) => string;
  readonly onDelete: (upload: Upload) => void;
}) {
  return (
    <ul class="files">
      {props.rows.map((upload) => (
        <File
          key={upload.id}
          upload={upload}
          url={props.urlOf(upload)}
          onDelete={() => props.onDelete(upload)}
        />
      ))}
    </ul>
  );
}

function File(props: {
  readonly upload: Upload;
  readonly url: string;
  readonly onDelete: () => void;
}) {
  const { t, bytes, time } = useLocale();
  const { upload, url } = props;
  const name = visible(upload.filename);
  return (
    <li class="card file">
      <a
        class="file-preview"
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={t.uploads.openOf(name)}
      >
        <Preview upload={upload} url={url} />
      </a>
      <div class="file-text">
        <strong class="file-name" dir="auto" title={name}>{name}</strong>
        <small class="muted">
          {shortType(upload.file_type)} · {bytes(upload.size_bytes)}
        </small>
        <small class="muted">
          <time dateTime={upload.uploaded_at}>{time(upload.uploaded_at)}</time>
        </small>
      </div>
      <div class="file-actions">
        <CopyButton text={url} label={t.uploads.copyLinkOf(name)} />
        <IconButton
          danger
          icon="trash"
          label={t.uploads.deleteOf(name)}
          onClick={props.onDelete}
        />
      </div>
    </li>
  );
}

/** In an image element no script of an SVG runs. */
function Preview(props: { upload: Upload; url: string }) {
  const { t } = useLocale();
  const [broken, setBroken] = useState(false);
  if (broken || !props.upload.file_type.startsWith("image/")) {
    return <Icon name="file" size={30} />;
  }
  return (
    <img
      src={props.url}
      alt={t.uploads.preview(visible(props.upload.filename))}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}

const OFFICE: readonly (readonly [RegExp, string])[] = [
  [/word|opendocument\.text/, "DOC"],
  [/excel|sheet/, "XLS"],
  [/powerpoint|presentation/, "PPT"],
  [/svg/, "SVG"],
  [/plain/, "TXT"],
];

/** A media type as people know it: PNG, PDF, DOC. */
function shortType(type: string): string {
  const known = OFFICE.find(([pattern]) => pattern.test(type));
  return known?.[1] ?? (type.split("/")[1] ?? type).toUpperCase();
}
