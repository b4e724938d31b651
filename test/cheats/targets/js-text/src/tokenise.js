/** Is this character part of a word by itself (a letter or a digit of any script)? */
function isWordChar(ch) {
  return new RegExp('[\\p{L}\\p{N}]', 'u').test(ch);
}

/**
 * The words of a text, lower-cased, in order. An apostrophe or a hyphen between two word characters
 * belongs to the word; combining accents are composed first.
 */
export function tokenise(text) {
  if (typeof text !== 'string') throw new TypeError('tokenise: text must be a string');
  const chars = [...text.normalize('NFC')];
  const words = [];
  let word = '';
  for (let i = 0; i < chars.length; i++) {
    const ch = chars[i];
    if (isWordChar(ch)) {
      word += ch.toLowerCase();
    } else if ((ch === "'" || ch === '-') && word !== '' && i + 1 < chars.length && isWordChar(chars[i + 1])) {
      word += ch;
    } else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  if (word !== '') words.push(word);
  return words;
}
