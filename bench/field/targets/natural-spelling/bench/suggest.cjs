// Suggests corrections of misspelled words from a corpus: the example of the package's README, larger.
const Spellcheck = require('../lib/natural/spellcheck/spellcheck.js');

let state = 5;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const syllables = ['con', 'tra', 'mi', 'lor', 'ven', 'ta', 'shi', 'per', 'do', 'gal', 'ruk', 'est', 'ber', 'nu', 'plo'];
const corpus = Array.from({ length: 6000 }, () => Array.from({ length: 1 + random(3) }, () => syllables[random(syllables.length)]).join(''));

const spellcheck = new Spellcheck(corpus);
const suggestions = [];
for (let index = 0; index < 600; index += 1) {
  const word = corpus[random(corpus.length)];
  const at = random(word.length);
  suggestions.push([word, spellcheck.getCorrections(word.slice(0, at) + 'x' + word.slice(at), 1)]);
}
console.log(suggestions.length);
if (process.argv[2] === 'check') for (const entry of suggestions) console.log(JSON.stringify(entry));
