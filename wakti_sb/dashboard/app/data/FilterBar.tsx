/** Which items are shown: the filters that hold, and one more. */

import { useState } from "preact/hooks";
import {
  type FieldFilter,
  isAskable,
  type Operator,
  OPERATORS,
} from "../api/item_query.ts";
import type { Field } from "../api/schemas.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Dialog, FormActions } from "../primitives/Dialog.tsx";
import { Select, TextField } from "../primitives/Field.tsx";
import { Icon } from "../primitives/Icon.tsx";
import { friendly, visible } from "../primitives/visible.ts";
import { westernDigits } from "../transfer/import.ts";

const MOST = 10; // more chips than anybody reads

export function FilterBar(props: {
  readonly fields: readonly Field[];
  readonly filters: readonly FieldFilter[];
  readonly onFilters: (filters: readonly FieldFilter[]) => void;
}) {
  const { t } = useLocale();
  const { filters, onFilters } = props;
  const [adding, setAdding] = useState(false);
  const names = props.fields.map(({ name }) => name).filter(isAskable);
  if (names.length === 0 && filters.length === 0) return null;
  return (
    <div class="chips">
      {filters.map((filter, index) => {
        const { field, operator, value } = filter;
        const said = `${friendly(field)} ${t.data.operators[operator]} ${
          visible(value)
        }`;
        return (
          <span class="chip" key={`${index} ${said}`}>
            <span dir="auto">{said}</span>
            <button
              type="button"
              aria-label={t.common.removeEntry(said)}
              onClick={() => onFilters(filters.toSpliced(index, 1))}
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        );
      })}
      {filters.length < MOST && names.length > 0 && (
        <Button
          small
          icon="plus"
          onClick={() => setAdding(true)}
        >
          {t.data.addFilter}
        </Button>
      )}
      {adding && (
        <AddFilter
          names={names}
          onAdd={(filter) => {
            setAdding(false);
            onFilters([...filters, filter]);
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}

function AddFilter(props: {
  readonly names: readonly string[];
  readonly onAdd: (filter: FieldFilter) => void;
  readonly onClose: () => void;
}) {
  const { t } = useLocale();
  const [field, setField] = useState(props.names[0] ?? "");
  const [operator, setOperator] = useState<Operator>("is");
  const [value, setValue] = useState("");
  return (
    <Dialog
      title={t.data.addFilter}
      onClose={props.onClose}
      onSubmit={() => props.onAdd({ field, operator, value: plain(value) })}
      footer={
        <FormActions
          action={t.data.addFilter}
          busy={false}
          onClose={props.onClose}
        />
      }
    >
      <Select
        label={t.data.field}
        value={field}
        options={props.names.map((name) => [name, friendly(name)] as const)}
        onChange={setField}
      />
      <Select
        label={t.data.compared}
        value={operator}
        options={OPERATORS.map((one) => [one, t.data.operators[one]] as const)}
        onChange={setOperator}
      />
      <TextField
        label={t.data.value}
        value={value}
        maxLength={200}
        onInput={setValue}
      />
    </Dialog>
  );
}

/** A number in Arabic digits is the number; any other text stays as it was typed. */
function plain(value: string): string {
  const western = westernDigits(value.trim());
  return /^-?\d+([.,]\d+)?$/.test(western) ? western.replace(",", ".") : value;
}
