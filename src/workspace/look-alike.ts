/**
 * Letters that are drawn like a Latin one, by that one. From the table of confusables of Unicode Technical Standard 39, the
 * ones that need no accents and no second letter; compatibility forms (full width, mathematical) are NFKC's.
 */
const drawnLike: Record<string, string> = {
  a: 'аɑα', b: 'ЬƄ', c: 'сϲᴄⅽ', d: 'ԁɗ', e: 'еҽℯєε', f: 'ẝ', g: 'ɡց', h: 'һհ', i: 'іıɩιӏ', j: 'јϳ', k: 'кκ', l: 'ⅼǀ׀ו', m: 'м', n: 'пոռ', o: 'оοօσ०ഠ', p: 'рρ', q: 'ԛգ', r: 'гᴦ', s: 'ѕꜱ', t: 'тτ', u: 'υսʋ', v: 'ѵνᴠ', w: 'ԝѡա', x: 'хχ×', y: 'уүγ', z: 'ᴢ',
  '-': '‐‑‒–—−⁃', '.': '․۔', '/': '⁄∕⧸', _: 'ߺ＿',
};

const latin = new Map(Object.entries(drawnLike).flatMap(([letter, others]) => Array.from(others).map((other) => [other, letter] as const)));

/** Characters that are not drawn: format and control characters, variation selectors, fillers, odd spaces. */
const invisible = /\p{Cf}|\p{Cc}|\p{Variation_Selector}|\p{Default_Ignorable_Code_Point}|[\u00A0\u2000-\u200A\u202F\u205F\u3000\u2800]/gu;

/** Whether a path holds something that nobody sees in a diff. */
export function hasInvisible(path: string): boolean {
  return path.search(invisible) !== -1;
}

/**
 * What a path looks like, and what some file system takes it for: letter case, Unicode form, invisible characters, look-alikes
 * and trailing dots and spaces do not count.
 */
export function lookOf(path: string): string {
  const drawn = path.normalize('NFKC').replaceAll(invisible, '').toLowerCase();
  const plain = Array.from(drawn, (character) => latin.get(character) ?? character).join('');
  return plain.split('/').map((part) => part.replace(/[. ]+$/, '') || part).join('/');
}
