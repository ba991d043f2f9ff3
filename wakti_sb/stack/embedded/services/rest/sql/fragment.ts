/**
 * Pieces of SQL with the values that belong to them.
 *
 * A value of a request only ever becomes a parameter or a quoted name: what is put into a template
 * has to be a Fragment, and text of our own says so with `raw`.
 */

import type { Statement, Value } from "../database.ts";

class Parameter {
  constructor(readonly value: Value) {}
}

export class Fragment {
  constructor(readonly parts: readonly (string | Parameter)[]) {}

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** The text with `$1`, `$2`, … and their values. */
  statement(): Statement {
    let text = "";
    const values: Value[] = [];
    for (const part of this.parts) {
      if (typeof part === "string") text += part;
      else text += `$${values.push(part.value)}`;
    }
    return { text, values };
  }
}

export const EMPTY = new Fragment([]);

export function sql(
  strings: TemplateStringsArray,
  ...fragments: readonly Fragment[]
): Fragment {
  const parts: (string | Parameter)[] = [strings[0]!];
  fragments.forEach((fragment, place) => {
    for (const part of fragment.parts) parts.push(part);
    parts.push(strings[place + 1]!);
  });
  return new Fragment(parts);
}

/** SQL that this program wrote itself, or that the database spelled. */
export function raw(text: string): Fragment {
  return new Fragment([text]);
}

/** A value, whose type PostgreSQL finds by itself. */
export function value(one: Value): Fragment {
  return new Fragment([new Parameter(one)]);
}

/** A name in quotes. */
export function identifier(name: string): Fragment {
  return raw(quoted(name));
}

export function quoted(name: string): string {
  return `"${upToNul(name).replaceAll('"', '""')}"`;
}

/** Text in quotes; only for what the database itself calls so. */
export function literal(text: string): Fragment {
  const plain = `'${upToNul(text).replaceAll("'", "''")}'`;
  return raw(
    plain.includes("\\") ? `E${plain.replaceAll("\\", "\\\\")}` : plain,
  );
}

/** PostgreSQL's texts end at a NUL. */
function upToNul(text: string): string {
  const at = text.indexOf("\0");
  return at < 0 ? text : text.slice(0, at);
}

export function joined(
  fragments: readonly Fragment[],
  separator: string,
): Fragment {
  const parts: (string | Parameter)[] = [];
  fragments.forEach((fragment, place) => {
    if (place > 0) parts.push(separator);
    for (const part of fragment.parts) parts.push(part);
  });
  return new Fragment(parts);
}
