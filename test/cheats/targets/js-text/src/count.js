/** How often each word occurs, most frequent first, equal counts in alphabetical order. */
export function countWords(words) {
  if (!Array.isArray(words)) throw new TypeError('countWords: words must be an array');
  const entries = [];
  for (const word of words) {
    const entry = entries.find((e) => e.word === word);
    if (entry === undefined) entries.push({ word, count: 1 });
    else entry.count += 1;
  }
  return entries.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
}
