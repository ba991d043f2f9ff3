/** JavaScript for the site, with this project's address and id in it. */

import { useLocale } from "../i18n/locale.tsx";
import { CopyButton } from "../primitives/CopyButton.tsx";
import { useProject } from "../projects/project.tsx";

export function Snippet() {
  const { t } = useLocale();
  const { api, project } = useProject();
  const text = snippet(api.siteUrl, project.id);
  return (
    <section class="card settings-card">
      <h2>{t.settings.snippet}</h2>
      <p class="muted">{t.settings.snippetLead}</p>
      <div class="snippet">
        <pre
          dir="ltr"
          tabIndex={0}
          role="region"
          aria-label={t.settings.snippet}
        >{text}</pre>
        <CopyButton text={text} label={t.common.copy} />
      </div>
    </section>
  );
}

/** As a site developer would write it: no library, no key. */
export function snippet(siteUrl: string, projectId: string): string {
  return `// Example: Submit contact form
async function submitContactForm(data) {
  const response = await fetch(
    '${siteUrl}',
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        projectId: '${projectId}',
        action: 'submit',
        formName: 'contact',
        data
      })
    }
  );
  return response.json();
}

// Example: Fetch products
async function getProducts() {
  const response = await fetch(
    '${siteUrl}' +
    '?projectId=${projectId}&action=collection/products'
  );
  return response.json();
}`;
}
