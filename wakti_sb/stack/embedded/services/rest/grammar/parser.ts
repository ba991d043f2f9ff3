/**
 * Parsers that say where and why a text is wrong, in the words of PostgREST's own.
 *
 * Its messages are those of Parsec: what was unexpected, and everything that could have stood
 * there, gathered from all branches that came as far. The parsers here keep the same books:
 * whether something was consumed, and the error of the farthest place.
 */

/** What could stand at a place, and what stood there. */
export interface Failure {
  readonly at: number;
  readonly notes: readonly Note[];
}

interface Note {
  readonly kind: "found" | "unexpected" | "expected" | "message";
  readonly text: string;
}

export interface Success<T> {
  readonly ok: true;
  readonly consumed: boolean;
  readonly value: T;
  readonly at: number;
  /** What else could have stood here. */
  readonly failure: Failure;
}

export interface Refusal {
  readonly ok: false;
  readonly consumed: boolean;
  readonly failure: Failure;
}

export type Parser<T> = (text: string, at: number) => Success<T> | Refusal;

const nothing = (at: number): Failure => ({ at, notes: [] });

/** Of two failures the farther one; both, where they are at the same place. */
function merge(one: Failure, other: Failure): Failure {
  if (other.notes.length === 0 && one.notes.length > 0) return one;
  if (one.notes.length === 0 && other.notes.length > 0) return other;
  if (one.at === other.at) {
    return one.notes.length === 0
      ? one
      : { at: one.at, notes: [...one.notes, ...other.notes] };
  }
  return one.at > other.at ? one : other;
}

function accept<T>(value: T, at: number, consumed: boolean): Success<T> {
  return { ok: true, consumed, value, at, failure: nothing(at) };
}

function refuse(at: number, ...notes: Note[]): Refusal {
  return { ok: false, consumed: false, failure: { at, notes } };
}

/** Succeeds with a value and reads nothing. */
export function always<T>(value: T): Parser<T> {
  return (_, at) => accept(value, at, false);
}

/** Fails and says nothing of its own. */
export const never: Parser<never> = (_, at) => refuse(at);

/** One character for which `test` holds. */
export function character(test: (one: string) => boolean): Parser<string> {
  return (text, at) => {
    const code = text.codePointAt(at);
    if (code === undefined) return refuse(at, { kind: "found", text: "" });
    const one = String.fromCodePoint(code);
    if (test(one)) return accept(one, at + one.length, true);
    return refuse(at, { kind: "found", text: shown(one) });
  };
}

/** Exactly these characters. */
export function word(expected: string): Parser<string> {
  return (text, at) => {
    if (text.startsWith(expected, at)) {
      return accept(expected, at + expected.length, expected !== "");
    }
    let same = 0;
    while (text[at + same] === expected[same]) same++;
    const found = at + same < text.length
      ? shown(String.fromCodePoint(text.codePointAt(at + same)!))
      : "";
    const refusal = refuse(
      at,
      { kind: "expected", text: shown(expected) },
      { kind: "found", text: found },
    );
    return same > 0 ? { ...refusal, consumed: true } : refusal;
  };
}

/** One given character. */
export function sign(expected: string): Parser<string> {
  return label(character((one) => one === expected), shown(expected));
}

export function oneOf(allowed: string): Parser<string> {
  return character((one) => allowed.includes(one));
}

export function noneOf(forbidden: string): Parser<string> {
  return character((one) => !forbidden.includes(one));
}

/** Everything that is left. */
export const rest: Parser<string> = (text, at) =>
  accept(text.slice(at), text.length, at < text.length);

/** `first`, then what `next` makes of its value. */
export function then<A, B>(
  first: Parser<A>,
  next: (value: A) => Parser<B>,
): Parser<B> {
  return (text, at) => {
    const one = first(text, at);
    if (!one.ok) return one;
    const two = next(one.value)(text, one.at);
    if (two.consumed) return two;
    const failure = merge(one.failure, two.failure);
    return { ...two, consumed: one.consumed, failure };
  };
}

/** All of them, one after the other. */
export function sequence<T extends readonly unknown[]>(
  ...parsers: { [K in keyof T]: Parser<T[K]> }
): Parser<T> {
  const list = parsers as readonly Parser<unknown>[];
  const from = (index: number, done: readonly unknown[]): Parser<unknown> =>
    index === list.length
      ? always(done)
      : then(list[index]!, (value) => from(index + 1, [...done, value]));
  return from(0, []) as Parser<T>;
}

export function map<A, B>(
  parser: Parser<A>,
  change: (value: A) => B,
): Parser<B> {
  return (text, at) => {
    const one = parser(text, at);
    return one.ok ? { ...one, value: change(one.value) } : one;
  };
}

/** The first that succeeds, or that fails after it has read something. */
export function either<T>(...parsers: readonly Parser<T>[]): Parser<T> {
  return (text, at) => {
    let failure = nothing(at);
    for (const parser of parsers) {
      const one = parser(text, at);
      if (one.consumed) return one;
      failure = merge(failure, one.failure);
      if (one.ok) return { ...one, failure };
    }
    return { ok: false, consumed: false, failure };
  };
}

/** As if nothing had been read, where it fails. */
export function attempt<T>(parser: Parser<T>): Parser<T> {
  return (text, at) => {
    const one = parser(text, at);
    return one.ok ? one : { ...one, consumed: false };
  };
}

/** Reads nothing, and succeeds where the parser would. */
export function ahead<T>(parser: Parser<T>): Parser<T> {
  return (text, at) => {
    const one = parser(text, at);
    return one.ok ? accept(one.value, at, false) : one;
  };
}

/** Called `name` in messages, in place of what it is made of. */
export function label<T>(parser: Parser<T>, name: string): Parser<T> {
  return (text, at) => {
    const one = parser(text, at);
    if (one.consumed || (one.ok && one.failure.notes.length === 0)) return one;
    const others = one.failure.notes.filter((note) => note.kind !== "expected");
    const failure: Failure = {
      at: one.failure.at,
      notes: [{ kind: "expected", text: name }, ...others],
    };
    return { ...one, failure };
  };
}

/** As often as it succeeds, also never. */
export function many<T>(parser: Parser<T>): Parser<T[]> {
  return (text, at) => {
    const values: T[] = [];
    let here = at;
    for (;;) {
      const one = parser(text, here);
      if (!one.ok) {
        if (one.consumed) return one;
        const consumed = values.length > 0;
        return { ...accept(values, here, consumed), failure: one.failure };
      }
      // It would go on for ever.
      if (one.at === here) return { ...accept(values, here, here > at) };
      values.push(one.value);
      here = one.at;
    }
  };
}

export function some<T>(parser: Parser<T>): Parser<T[]> {
  return then(
    parser,
    (first) => map(many(parser), (others) => [first, ...others]),
  );
}

/** One or more, with `separator` between them. */
export function listOf<T>(
  parser: Parser<T>,
  separator: Parser<unknown>,
): Parser<T[]> {
  const next = then(separator, () => parser);
  return then(
    parser,
    (first) => map(many(next), (others) => [first, ...others]),
  );
}

export function maybe<T>(parser: Parser<T>): Parser<T | null> {
  return either<T | null>(parser, always(null));
}

export function between<T>(
  open: Parser<unknown>,
  close: Parser<unknown>,
  parser: Parser<T>,
): Parser<T> {
  return then(open, () => then(parser, (value) => map(close, () => value)));
}

/** Succeeds where the parser would not; reads nothing. */
export function notBefore(parser: Parser<string>): Parser<null> {
  const found = then(
    attempt(parser),
    (one): Parser<null> => (_, at) =>
      refuse(at, { kind: "unexpected", text: quoted(one) }),
  );
  return attempt(either<null>(found, always(null)));
}

/** The end of the text. */
export const end: Parser<null> = label(
  // What stands there instead counts as unexpected where it stands.
  (text, at) => {
    const code = text.codePointAt(at);
    if (code === undefined) return accept(null, at, false);
    const one = quoted(String.fromCodePoint(code));
    return refuse(at, { kind: "unexpected", text: one });
  },
  "end of input",
);

/** A text that does not follow the grammar: where, and what was expected. */
export class GrammarError extends Error {
  constructor(readonly details: string, message: string) {
    super(message);
    this.name = "GrammarError";
  }
}

/**
 * Parses a text. Throws GrammarError.
 *
 * @param name What the text is, for the message.
 */
export function parse<T>(parser: Parser<T>, name: string, text: string): T {
  const one = parser(text, 0);
  if (one.ok) return one.value;
  const { at, notes } = one.failure;
  const column = [...text.slice(0, at)].length + 1;
  throw new GrammarError(
    explain(notes),
    `${shown(name)} (line 1, column ${column})`,
  );
}

function explain(notes: readonly Note[]): string {
  const texts = (kind: Note["kind"]) => [
    ...new Set(
      notes.filter((note) => note.kind === kind).map((note) => note.text),
    ),
  ];
  const unexpected = texts("unexpected").filter(Boolean);
  const found = texts("found")[0];
  const expected = texts("expected").filter(Boolean);
  const said: string[] = [];
  if (unexpected.length > 0) said.push(`unexpected ${listed(unexpected)}`);
  else if (found !== undefined) {
    said.push(`unexpected ${found || "end of input"}`);
  }
  if (expected.length > 0) said.push(`expecting ${listed(expected)}`);
  return said.join(" ") || "unknown parse error";
}

function listed(texts: readonly string[]): string {
  const last = texts.at(-1)!;
  return texts.length === 1
    ? last
    : `${texts.slice(0, -1).join(", ")} or ${last}`;
}

/** A text in double quotes, with everything outside ASCII as a number. */
export function shown(text: string): string {
  return `"${escaped(text, '"')}"`;
}

function quoted(one: string): string {
  return `'${escaped(one, "'")}'`;
}

function escaped(text: string, quote: string): string {
  let out = "";
  for (const one of text) {
    const code = one.codePointAt(0)!;
    if (one === "\\" || one === quote) out += `\\${one}`;
    else if (one === "\n") out += "\\n";
    else if (one === "\t") out += "\\t";
    else if (one === "\r") out += "\\r";
    else if (code < 32 || code > 126) out += `\\${code}`;
    else out += one;
  }
  return out;
}
