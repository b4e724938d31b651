// Decodes HTML and XML texts with a mix of named and numeric entities.
const { decodeHTML, decodeXML } = require('../lib');

let state = 5;
const random = (below) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
const parts = ['&amp;', '&lt;', '&copy;', '&#x1F600;', '&#39;', '&eacute;', '&notit;', 'text', 'plain words', '&hellip;'];
const documents = Array.from({ length: 200 }, () => Array.from({ length: 300 }, () => parts[random(parts.length)]).join(' '));
let characters = 0;
for (let round = 0; round < 14; round += 1) for (const text of documents) characters += decodeHTML(text).length + decodeXML(text).length;
console.log(characters, decodeHTML(documents[0]).slice(0, 200));
