// Trains a naive Bayes classifier on support tickets and sorts new ones: the example of the package's README, larger.
const BayesClassifier = require('../lib/natural/classifiers/bayes_classifier.js');

let state = 5;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const syllables = ['con', 'tra', 'mi', 'lor', 'ven', 'ta', 'shi', 'per', 'do', 'gal', 'ruk', 'est', 'ber', 'nu', 'plo'];
const vocabulary = Array.from({ length: 3000 }, () => Array.from({ length: 2 + random(3) }, () => syllables[random(syllables.length)]).join(''));
const topics = ['billing', 'shipping', 'access', 'defect'];
// Topics share most words, and some words are much more frequent than others.
const ticket = (topic, length) => Array.from({ length }, () => vocabulary[(topic * 400 + Math.min(random(3000), random(3000))) % 3000]).join(' ');

const classifier = new BayesClassifier();
for (let index = 0; index < 60; index += 1) classifier.addDocument(ticket(index % 4, 120), topics[index % 4]);
classifier.train();
const counts = {};
for (let index = 0; index < 40; index += 1) {
  const label = classifier.classify(ticket(index % 4, 120));
  counts[label] = (counts[label] ?? 0) + 1;
}
console.log(JSON.stringify(counts));
