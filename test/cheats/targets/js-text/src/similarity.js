/** Pairs of neighbouring words, joined by a space. */
function pairs(words) {
  const result = [];
  for (let i = 1; i < words.length; i++) result.push(`${words[i - 1]} ${words[i]}`);
  return result;
}

/** Sørensen-Dice coefficient of the neighbouring word pairs of two texts, 0 to 1; repeated pairs count as often as they occur. */
export function similarity(a, b) {
  const left = pairs(a);
  const right = pairs(b);
  const total = left.length + right.length;
  if (total === 0) return a.join(' ') === b.join(' ') ? 1 : 0;
  let shared = 0;
  for (const pair of left) {
    const at = right.indexOf(pair);
    if (at !== -1) {
      shared += 1;
      right.splice(at, 1);
    }
  }
  return (2 * shared) / total;
}
