/** What to put into the site, in three ways, with this project's address and id in it. */

import { useId, useState } from "preact/hooks";
import type { FullFeatures } from "../api/features.ts";
import { rightsOf } from "../api/rights.ts";
import { useLocale } from "../i18n/locale.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { useProject } from "../projects/project.tsx";
import { Card } from "./Card.tsx";
import { type SnippetKind, SNIPPETS, snippets } from "./snippets.ts";

export function Snippet(props: { readonly features: FullFeatures }) {
  const { t } = useLocale();
  const { api, project } = useProject();
  const id = useId();
  const [kind, setKind] = useState<SnippetKind>("html");
  const { forms, collections } = props.features;
  const text = snippets[kind]({
    siteUrl: api.siteUrl,
    projectId: project.id,
    trap: forms.honeypot,
    rights: rightsOf(collections),
    words: t.settings.snippetWords,
  });
  return (
    <Card section="snippet">
      <fieldset class="choices">
        <legend class="unseen">{t.settings.sections.snippet}</legend>
        {SNIPPETS.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={id}
              checked={one === kind}
              onChange={() => setKind(one)}
            />
            {t.settings.snippetKinds[one]}
          </label>
        ))}
      </fieldset>
      <p class="muted">{t.settings.snippetLeads[kind]}</p>
      <div class="snippet">
        <pre
          dir="ltr"
          tabIndex={0}
          role="region"
          aria-label={t.settings.snippetKinds[kind]}
        >{text}</pre>
        <CopyButton text={text} label={t.common.copy} />
      </div>
    </Card>
  );
}
