/**
 * An SVG is a document that may run scripts where it is opened by its own address. One that only
 * draws is served as an image; any other is stored, and served as text.
 */
import { parseXml, type XmlElement, XmlText } from "@rgrove/parse-xml";

const namespace = "http://www.w3.org/2000/svg";

/** Larger drawings are not read: they are served as text. */
const mostBytes = 512 * 1024;

/** Elements that draw, and do nothing else. */
const drawing = new Set(
  `svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text
  tspan textPath image linearGradient radialGradient stop clipPath mask pattern marker switch view
  style filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix
  feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG
  feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
  feSpotLight feTile feTurbulence`.split(/\s+/),
);

/** Does this text begin as an SVG document does? */
export function isSvg(text: string): boolean {
  const start = text.slice(0, 4096)
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<\?[\s\S]*?\?>/g, "")
    .replace(/<!DOCTYPE[^>[]*(\[[^\]]*\]\s*)?>/gi, "");
  return /^\s*<svg[\s/>]/i.test(start);
}

/** Is this SVG known to draw and to do nothing else? */
export function isPassive(bytes: Uint8Array): boolean {
  if (bytes.byteLength > mostBytes) return false;
  const text = textOf(bytes);
  if (text === null || /<!(DOCTYPE|ENTITY)/i.test(text)) return false;
  // Another encoding, or a style sheet from elsewhere, would make the browser read another document.
  const withoutDeclaration = text.trimStart().replace(
    /^<\?xml\s+version=["']1\.0["'](\s+encoding=["']utf-8["'])?(\s+standalone=["'](yes|no)["'])?\s*\?>/i,
    "",
  );
  if (withoutDeclaration.includes("<?")) return false;
  try {
    const root = parseXml(text).root;
    return root !== null && root.attributes.xmlns === namespace &&
      onlyDraws(root);
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function onlyDraws(root: XmlElement): boolean {
  const waiting = [root];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    if (!drawing.has(element.name)) return false;
    for (const [name, value] of Object.entries(element.attributes)) {
      if (!isHarmless(element.name, name, value)) return false;
    }
    for (const child of element.children) {
      if (child.type === "element") waiting.push(child as XmlElement);
      else if (
        element.name === "style" && child instanceof XmlText &&
        !isLocalStyle(child.text)
      ) return false;
    }
  }
  return true;
}

function isHarmless(element: string, name: string, value: string): boolean {
  if (/^on/i.test(name) || /^(src|xml:base)$/i.test(name)) return false;
  if (/javascript:/i.test(value.replace(/[\s\p{C}]/gu, ""))) return false;
  if (name === "xmlns") return value === namespace;
  if (name === "href" || name.endsWith(":href")) {
    return value.startsWith("#") || element === "image" &&
        /^data:image\/(png|jpeg|gif|webp);base64,/.test(value);
  }
  return isLocalStyle(value);
}

/** Does this style name nothing outside the document? Escapes are refused, they only hide names. */
function isLocalStyle(style: string): boolean {
  return !/@import|expression\s*\(|\\|url\((?!\s*(["']\s*)?#)/i.test(style);
}
