/** Where the site may be served from. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Button, IconButton } from "../primitives/Button.tsx";
import { TextField } from "../primitives/Field.tsx";
import { Form } from "../primitives/Form.tsx";
import { Notice } from "../primitives/States.tsx";
import { Card } from "./Card.tsx";
import { isTooWide, plainOrigin } from "./origins.ts";

export function Origins(props: {
  readonly origins: readonly string[];
  readonly onOrigins: (origins: readonly string[]) => void;
}) {
  const { t } = useLocale();
  const { origins, onOrigins } = props;
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  function add() {
    const origin = plainOrigin(text);
    if (!origin) {
      return setMistake(
        isTooWide(text) ? t.settings.originTooWide : t.settings.originInvalid,
      );
    }
    if (origins.includes(origin)) return setMistake(t.settings.originTaken);
    setMistake(null);
    setText("");
    onOrigins([...origins, origin]);
  }
  return (
    <Card section="origins" lead={t.settings.originsLead} saves="at once">
      {origins.length === 0
        ? <Notice tone="warning">{t.settings.originsOpen}</Notice>
        : (
          <ul class="origins">
            {origins.map((origin) => (
              <li key={origin}>
                <code dir="ltr">{origin}</code>
                <IconButton
                  icon="close"
                  label={t.settings.originRemove(origin)}
                  onClick={() =>
                    onOrigins(origins.filter((one) => one !== origin))}
                />
              </li>
            ))}
          </ul>
        )}
      <Form class="settings-line" onSubmit={add}>
        <TextField
          label={t.settings.origin}
          hint={t.settings.originHint}
          value={text}
          error={mistake}
          ltr
          onInput={setText}
        />
        <Button type="submit" icon="plus">{t.common.add}</Button>
      </Form>
    </Card>
  );
}
