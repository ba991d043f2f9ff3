import assert from "node:assert/strict";

import { isPassive, isSvg } from "./svg.ts";

const open = '<svg xmlns="http://www.w3.org/2000/svg"';

for (
  const [what, svg] of [
    ["a circle", `${open}><circle r="5"/></svg>`],
    [
      "a gradient in its own document",
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n${open}
        xmlns:xlink="http://www.w3.org/1999/xlink"><defs><linearGradient id="g"/></defs>
        <style>.a{fill:url(#g)}</style><use xlink:href="#g"/></svg>`,
    ],
    [
      "a picture inside",
      `${open}><image href="data:image/png;base64,AAAA"/></svg>`,
    ],
  ] as const
) {
  Deno.test(`${what} only draws`, () => {
    assert.equal(isSvg(svg), true);
    assert.equal(isPassive(new TextEncoder().encode(svg)), true);
  });
}

for (
  const [what, svg] of [
    ["a script", `${open}><script>alert(1)</script></svg>`],
    ["a handler", `${open} onload="alert(1)"/>`],
    ["a handler in capitals", `${open} ONLOAD="alert(1)"/>`],
    ["a link", `${open}><a href="javascript:alert(1)"><g/></a></svg>`],
    ["a page inside", `${open}><foreignObject/></svg>`],
    [
      "an animated link",
      `${open}><set attributeName="href" to="javascript:alert(1)"/></svg>`,
    ],
    [
      "a script by another prefix",
      `${open} xmlns:s="http://www.w3.org/2000/svg"><s:script/></svg>`,
    ],
    [
      "another language",
      `${open}><g xmlns="http://www.w3.org/1999/xhtml"/></svg>`,
    ],
    ["an entity", `<!DOCTYPE svg [<!ENTITY x "y">]>${open}>&x;</svg>`],
    ["a style sheet", `<?xml-stylesheet href="x.xsl"?>${open}/>`],
    ["another encoding", `<?xml version="1.0" encoding="utf-7"?>${open}/>`],
    ["a foreign picture", `${open}><image href="https://x.example/a"/></svg>`],
    ["a foreign style", `${open}><style>@import "//x.example"</style></svg>`],
    ["a style in disguise", `${open}><style>@\\69mport "//x"</style></svg>`],
    ["a foreign fill", `${open}><g fill="url(//x.example)"/></svg>`],
    ["use of another document", `${open}><use href="other.svg#a"/></svg>`],
    [
      "an SVG picture inside",
      `${open}><image href="data:image/svg+xml,x"/></svg>`,
    ],
    ["no namespace", "<svg/>"],
    ["half a document", `${open}><g>`],
    ["10,000 levels", open + ">" + "<g>".repeat(10_000)],
    ["too much", `${open}><desc>${"x".repeat(1024 * 1024)}</desc></svg>`],
  ] as const
) {
  Deno.test(`${what} makes an SVG more than a drawing`, () => {
    assert.equal(isSvg(svg), true);
    assert.equal(isPassive(new TextEncoder().encode(svg)), false);
  });
}

Deno.test("other documents are no SVG", () => {
  for (const text of ["", "<html><svg/></html>", "svg", "{}", "<svgx/>"]) {
    assert.equal(isSvg(text), false);
  }
});

for (
  const [what, svg] of [
    ["instructions", `${open}>${"<?".repeat(500_000)}</svg>`],
    [
      "spaces in a fill",
      `${open}><g fill="url(${" ".repeat(900_000)}#a"/></svg>`,
    ],
    [
      "quotes in a style",
      `${open}><style>${"url( ' ".repeat(140_000)}</style></svg>`,
    ],
    ["document types", "<!DOCTYPE".repeat(100_000)],
    ["document types with brackets", "<!DOCTYPE[".repeat(100_000)],
    ["comments", "<!--".repeat(250_000)],
  ] as const
) {
  Deno.test(`${what} without end are looked at once`, () => {
    const started = performance.now();
    isSvg(svg);
    isPassive(new TextEncoder().encode(svg));
    assert.ok(performance.now() - started < 1_000);
  });
}
