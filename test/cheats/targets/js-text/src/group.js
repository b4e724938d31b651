/** The distinct words under their first character, each group sorted; groups in order of first appearance. */
export function groupWords(words) {
  if (!Array.isArray(words)) throw new TypeError('groupWords: words must be an array');
  const groups = new Map();
  for (const word of words) {
    const [key = ''] = word;
    const group = groups.get(key) ?? [];
    if (!group.includes(word)) groups.set(key, [...group, word].sort());
  }
  return groups;
}
