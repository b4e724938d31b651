// Finds duplicates in a list of people: clusters by similarity, phonetic keys and fingerprints.
const naive = require('../clustering/naive.js');
const keyCollision = require('../clustering/key-collision.js');
const sortedNeighborhood = require('../clustering/sorted-neighborhood.js');
const damerau = require('../metrics/damerau-levenshtein.js');
const dice = require('../metrics/dice.js');
const jaroWinkler = require('../metrics/jaro-winkler.js');
const doubleMetaphone = require('../phonetics/double-metaphone.js');
const fingerprint = require('../keyers/fingerprint.js');
const skeleton = require('../keyers/skeleton.js');

let state = 9;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const parts = ['mar', 'an', 'jo', 'le', 'phil', 'kath', 'er', 'in', 'schmi', 'dt', 'ward', 'son', 'ov', 'ski', 'tre', 'ville', 'é', 'ö'];
const word = () => Array.from({ length: 2 + random(3) }, () => parts[random(parts.length)]).join('');
const typo = (name) => { const at = random(name.length); return name.slice(0, at) + name.slice(at + 1); };
const people = [];
for (let index = 0; index < 130; index += 1) {
  const name = `${word()} ${word()}`;
  people.push(name, typo(name));
}

const results = [
  naive({ distance: damerau, radius: 2 }, people),
  naive({ similarity: jaroWinkler, threshold: 0.9 }, people),
  sortedNeighborhood({ similarity: dice, threshold: 0.8, window: 20, comparator: (a, b) => (a < b ? -1 : Number(a > b)) }, people),
  keyCollision({ keys: (name) => doubleMetaphone(name.split(' ')[1] ?? name), merge: true }, people),
  keyCollision({ key: fingerprint }, people),
  keyCollision({ key: skeleton }, people),
];
console.log(results.map((clusters) => clusters.length).join(' '));
if (process.argv[2] === 'check') console.log(JSON.stringify(results));
