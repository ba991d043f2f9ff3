/**
 * Where the columns of a view come from, read out of PostgreSQL's own parsed form of it.
 *
 * That form (`pg_node_tree`) is nested lists `( … )` and nodes `{NAME :field value …}`; a
 * backslash takes the next character as it is.
 */

/** A column of a view and the column of a relation that it shows. */
export interface Origin {
  readonly column: number;
  readonly relation: number;
  readonly attribute: number;
}

/** The origins of a view's columns; what is computed has none. */
export function originsOf(definition: string): Origin[] {
  const origins: Origin[] = [];
  // ( {QUERY :targetList ( {TARGETENTRY …} … ) … } ): entries stand four levels deep.
  let depth = 0;
  let field = "";
  let inTargets = false;
  let entry: Record<string, number> = {};
  for (const token of tokensOf(definition)) {
    switch (token[0]) {
      case "(":
      case "{":
        depth++;
        if (depth === 3 && field === ":targetList") inTargets = true;
        if (depth === 4) entry = {};
        continue;
      case ")":
      case "}":
        if (inTargets && depth === 4) add(origins, entry);
        if (depth === 3) inTargets = false;
        depth--;
        continue;
      case ":":
        if (depth === 2 || depth === 4) field = token;
        continue;
    }
    if (inTargets && depth === 4) entry[field] = Number(token);
    if (depth === 2) field = "";
  }
  return origins;
}

function add(origins: Origin[], entry: Readonly<Record<string, number>>): void {
  const {
    ":resno": column,
    ":resorigtbl": relation,
    ":resorigcol": attribute,
  } = entry;
  if (column && relation && attribute) {
    origins.push({ column, relation, attribute });
  }
}

function* tokensOf(text: string): Generator<string> {
  const pattern = /[(){}]|(?:\\[^]|[^\s(){}\\])+/g;
  for (const match of text.matchAll(pattern)) yield match[0];
}
