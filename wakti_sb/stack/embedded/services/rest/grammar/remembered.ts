/** Results of reading short texts, which applications send again and again. */

const LONGEST = 300;
const MOST = 500;

/** The same function, which looks at a text only once; what throws is tried again. */
export function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const result = read(text);
    if (text.length > LONGEST) return result;
    if (known.size >= MOST) known.clear();
    known.set(text, result);
    return result;
  };
}
