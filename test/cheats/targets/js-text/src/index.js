export { tokenise } from './tokenise.js';
export { countWords } from './count.js';
export { groupWords } from './group.js';
export { similarity } from './similarity.js';
export { diffLines } from './diff.js';
export { renderTable } from './render.js';
