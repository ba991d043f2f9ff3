import { readText } from "./text.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

function utf16(text: string, little: boolean): number[] {
  return [...text].flatMap((one) => {
    const code = one.charCodeAt(0);
    const bytes = [code & 0xff, code >> 8];
    return little ? bytes : bytes.reverse();
  });
}

const read = (bytes: readonly number[]) => readText(new Uint8Array(bytes));

Deno.test("UTF-8 is read with and without its mark", () => {
  const text = new TextEncoder().encode("اسم,ä");
  same(readText(text), { text: "اسم,ä", guessed: null });
  same(read([0xef, 0xbb, 0xbf, 0x61]), { text: "a", guessed: null });
});

Deno.test("UTF-16 is read in both orders, by its mark or by its zeros", () => {
  same(read([0xff, 0xfe, ...utf16("اسم\tb", true)]), {
    text: "اسم\tb",
    guessed: null,
  });
  same(read([0xfe, 0xff, ...utf16("اb", false)]), {
    text: "اb",
    guessed: null,
  });
  same(read(utf16("name", true)), { text: "name", guessed: null });
  same(read(utf16("name", false)), { text: "name", guessed: null });
});

Deno.test("Windows-1256 is read where it yields Arabic, and it is said", () => {
  const name = [0xc7, 0xe1, 0xc7, 0xd3, 0xe3]; // الاسم
  same(read([...name, 0x2c, 0x61]), {
    text: "الاسم,a",
    guessed: "Windows-1256",
  });
});

Deno.test("other old encodings and bytes that are no text are refused", () => {
  same(read([0x4d, 0xfc, 0x6c]), { fault: "binary" }); // "Mül" in Latin-1
  same(read([0x61, 0x00, 0x00, 0x62, 0x00]), { fault: "binary" });
  same(read([0xff, 0xfe, 0x00]), { fault: "binary" });
});

Deno.test("a workbook is named as one", () => {
  same(read([0x50, 0x4b, 0x03, 0x04, 0x14]), { fault: "workbook" });
  same(read([0xd0, 0xcf, 0x11, 0xe0]), { fault: "workbook" });
});
