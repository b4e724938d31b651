/** Hashes of artifacts, and commits: whatever looks like one counts, so that no form of a reference is missed. */
const words = /\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g;

/** What texts refer to. */
export class Mentions {
  readonly shas = new Set<string>();
  readonly commits = new Set<string>();

  add(text: string): void {
    for (const [word] of text.matchAll(words)) (word.length === 64 ? this.shas : this.commits).add(word);
  }
}
