/** The `dir` of a field: that of its text, and of the page while it is empty. */
export function directionOf(text: string): "auto" | undefined {
  return text === "" ? undefined : "auto";
}
