/** A text without line breaks. What a model, an agent or a commit message says is so one item of a list, and opens no section of a prompt. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
