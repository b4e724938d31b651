/** Lengths of the longest common subsequences of all suffixes: table[i][j] is that of a from i and b from j. */
function suffixTable(a, b) {
  const table = [];
  for (let i = 0; i <= a.length; i++) table.push(new Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

/** An edit script from lines a to lines b: `{ op: ' ' | '-' | '+', line }`, shortest possible, removals before additions. */
export function diffLines(a, b) {
  const table = suffixTable(a, b);
  const script = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      script.push({ op: ' ', line: a[i] });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) {
      script.push({ op: '-', line: a[i] });
      i += 1;
    } else {
      script.push({ op: '+', line: b[j] });
      j += 1;
    }
  }
  return script;
}
