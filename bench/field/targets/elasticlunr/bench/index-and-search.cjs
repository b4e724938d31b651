// Indexes a few hundred articles and searches them: what a page with an offline search does.
const elasticlunr = require('../elasticlunr.js');

let state = 11;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const syllables = ['con', 'tra', 'mi', 'lor', 'ven', 'ta', 'shi', 'per', 'do', 'gal', 'ruk', 'est', 'ing', 'tion', 'able'];
const words = Array.from({ length: 2500 }, () => Array.from({ length: 2 + random(3) }, () => syllables[random(syllables.length)]).join(''));
const text = (length) => Array.from({ length }, () => words[Math.min(random(words.length), random(words.length))]).join(' ');

const index = elasticlunr(function () {
  this.addField('title');
  this.addField('body');
  this.addField('tags');
  this.setRef('id');
});
for (let id = 0; id < 250; id += 1) {
  index.addDoc({ id, title: text(6), body: text(60), tags: Array.from({ length: 40 }, () => text(1)) });
}
let found = 0;
for (let query = 0; query < 120; query += 1) found += index.search(text(3), { bool: 'OR', expand: true }).length;
console.log(`found: ${found}`);
