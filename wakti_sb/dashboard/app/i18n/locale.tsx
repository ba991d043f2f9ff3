/** The reader's language: its words, its direction, its numbers and times. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem.ts";
import en from "./en/index.ts";
import { languages } from "./languages.ts";
import type { Messages } from "./messages.ts";

/** Every language by its code, as its own speakers call it. */
export const LANGUAGES: readonly (readonly [string, string])[] = Object
  .entries(languages).map(([code, { name }]) => [code, name] as const);

/** What is spoken where no other language is asked for. */
const FIRST = "en";

export interface Locale {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly t: Messages;
  readonly setLanguage: (language: string) => void;
  readonly number: (value: number) => string;
  readonly percent: (part: number) => string;
  readonly bytes: (size: number) => string;
  /** A day and a time in the reader's own zone. */
  readonly time: (instant: string) => string;
  readonly day: (instant: string) => string;
  /** A day that stands for itself, such as 2026-11-26. */
  readonly calendarDay: (day: string) => string;
  /** Short: a time for today, else a day. */
  readonly moment: (instant: string) => string;
  /** What went wrong, as a sentence. */
  readonly problem: (error: unknown) => string;
}

const Context = createContext<Locale | null>(null);

export function useLocale(): Locale {
  const locale = useContext(Context);
  if (!locale) throw new Error("useLocale() needs a LocaleProvider");
  return locale;
}

const STORED = "wakti.language";

export function LocaleProvider(props: { children: ComponentChildren }) {
  const [language, setLanguage] = useState(preferred);
  const locale = useMemo(() => locales(language, setLanguage), [language]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = locale.direction;
    localStorage.setItem(STORED, language);
  }, [language]);
  return <Context.Provider value={locale}>{props.children}</Context.Provider>;
}

function preferred(): string {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages]
    .map((tag) => tag?.split("-")[0] ?? "");
  return wanted.find((code) => Object.hasOwn(languages, code)) ?? FIRST;
}

/**
 * Words whose sentences isolate what is put into them: in text from right to left, a name or a number
 * must not move the marks beside it.
 */
function isolating<Words>(words: Words): Words {
  if (typeof words === "function") {
    const said = (...given: unknown[]) =>
      words(
        ...given.map((one) =>
          typeof one === "string" ? `\u2068${one}\u2069` : one
        ),
      );
    return said as Words;
  }
  if (typeof words !== "object" || words === null) return words;
  const entries = Object.entries(words);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, isolating(one)]),
  ) as Words;
}

function locales(
  language: string,
  setLanguage: (language: string) => void,
): Locale {
  const { tag, direction, messages } = languages[language] ?? en;
  const t = direction === "rtl" ? isolating(messages) : messages;
  const number = new Intl.NumberFormat(tag);
  const percent = new Intl.NumberFormat(tag, { style: "percent" });
  // The month by its name: a medium date of Arabic is digits alone.
  const named = { day: "numeric", month: "short", year: "numeric" } as const;
  const time = new Intl.DateTimeFormat(tag, {
    ...named,
    hour: "numeric",
    minute: "2-digit",
  });
  const day = new Intl.DateTimeFormat(tag, named);
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: "short" });
  const short = new Intl.DateTimeFormat(tag, {
    day: "numeric",
    month: "short",
  });
  const now = () => new Date();
  return {
    language,
    direction,
    t,
    setLanguage,
    number: (value) => number.format(value),
    percent: (part) => percent.format(part),
    bytes: (size) => readableBytes(size, number),
    time: (instant) => time.format(new Date(instant)),
    day: (instant) => day.format(new Date(instant)),
    calendarDay: (text) => short.format(new Date(`${text}T12:00:00`)),
    moment: (instant) => {
      const then = new Date(instant);
      if (then.toDateString() === now().toDateString()) {
        return clock.format(then);
      }
      const thisYear = then.getFullYear() === now().getFullYear();
      return (thisYear ? short : day).format(then);
    },
    problem: (error) => sentence(t, asProblem(error)),
  };
}

function sentence(t: Messages, problem: Problem): string {
  const codes: Readonly<Record<string, string>> = t.problems.codes;
  const known = problem.code !== null && Object.hasOwn(codes, problem.code)
    ? codes[problem.code]
    : undefined;
  if (known) return known;
  if (problem.kind === "refused") return problem.message || t.problems.refused;
  return t.problems[problem.kind];
}

/** Counted in units of 1024, as the limits are, and named as people know them. */
function readableBytes(size: number, number: Intl.NumberFormat): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const rounded = value < 10 && unit > 0
    ? Math.round(value * 10) / 10
    : Math.round(value);
  // Isolated, so that the unit stays behind its number in right-to-left text.
  return `\u2068${number.format(rounded)}\u00a0${units[unit]}\u2069`;
}
