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
  // With the same key a repetition is stored once.
  const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(
      '${siteUrl}',
      {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': key
        },
        body: JSON.stringify({
          projectId: '${projectId}',
          action: 'submit',
          formName: 'contact',
          data
        })
      }
    );
    if (response.status !== 503 || attempt === 3) return response.json();
    await new Promise((resolve) => setTimeout(resolve, attempt * 2000));
  }
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
