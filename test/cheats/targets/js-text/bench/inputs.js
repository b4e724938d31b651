/** Deterministic inputs: the same seed gives the same texts on every machine. */

/** The seed of this run: any string, by default a constant. */
export function seedOf(env) {
  return env.PERFLOOP_SEED ?? 'js-text';
}

/** mulberry32 over an FNV-1a hash of the seed; returns numbers in [0, 1). */
export function random(seed) {
  let state = 2166136261;
  for (const ch of String(seed)) state = Math.imul(state ^ ch.codePointAt(0), 16777619) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SYLLABLES = ['ba', 'co', 'du', 'el', 'fi', 'gra', 'ho', 'in', 'ja', 'ka', 'lo', 'mé', 'nu', 'or', 'pri', 'qua', 'ri', 'st', 'to', 'ü', 've', 'wy', 'za'];

function vocabulary(next, size) {
  const words = new Set();
  while (words.size < size) {
    let word = '';
    for (let n = 1 + Math.floor(next() * 4); n > 0; n--) word += SYLLABLES[Math.floor(next() * SYLLABLES.length)];
    if (next() < 0.03) word += `-${SYLLABLES[Math.floor(next() * SYLLABLES.length)]}`;
    if (next() < 0.03) word += "'s";
    words.add(word);
  }
  return [...words];
}

/** One line of 4 to 14 words, common words more often (rank by the square of a uniform number). */
function sentence(next, words) {
  const out = [];
  for (let n = 4 + Math.floor(next() * 11); n > 0; n--) {
    let word = words[Math.floor(next() ** 2 * words.length)];
    if (next() < 0.1) word = word[0].toUpperCase() + word.slice(1);
    if (next() < 0.08) word += ',';
    if (next() < 0.01) word = `"${word}"`;
    if (next() < 0.004) word += '\u0301';
    if (next() < 0.004) word += ' 字幕';
    out.push(word);
  }
  return `${out.join(' ')}.`;
}

/** Texts in which each is an edited copy of the one before: some lines dropped, some new. */
export function makeTexts(seed, { texts, lines, vocabularySize }) {
  const next = random(seed);
  const words = vocabulary(next, vocabularySize);
  const result = [];
  let current = Array.from({ length: lines }, () => sentence(next, words));
  for (let i = 0; i < texts; i++) {
    result.push(current.join('\n'));
    current = current.flatMap((line) => {
      const chance = next();
      if (chance < 0.1) return [];
      if (chance < 0.2) return [line, sentence(next, words)];
      if (chance < 0.4) return [sentence(next, words)];
      return [line];
    });
  }
  return result;
}
