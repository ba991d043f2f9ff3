/** What every control of a field is given. */

export interface ControlProps {
  readonly label: string;
  /** The field's own name. */
  readonly name: string;
  /** The value as it is written in the field. */
  readonly text: string;
  readonly mistake: string | null;
  readonly onText: (text: string) => void;
}
