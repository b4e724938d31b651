import type { Recipe } from './recipe.js';
import { cppRecipes } from './cpp/all.js';
import { goRecipes } from './go/all.js';
import { rustRecipes } from './rust/all.js';
import { appendInPlace } from './javascript/append-in-place.js';
import { assignInPlace } from './javascript/assign-in-place.js';
import { cloneWithoutJson } from './javascript/clone-without-json.js';
import { constantMembership } from './javascript/constant-membership.js';
import { dateNow } from './javascript/date-now.js';
import { hoistConstructor } from './javascript/hoist-constructor.js';
import { keysOncePerLoop } from './javascript/keys-once-per-loop.js';
import { pushAndReverse } from './javascript/push-and-reverse.js';
import { queueByIndex } from './javascript/queue-by-index.js';
import { reduceInPlace } from './javascript/reduce-in-place.js';
import { regexpOncePerLoop } from './javascript/regexp-once-per-loop.js';
import { setBesideArray } from './javascript/set-beside-array.js';
import { setForMembership } from './javascript/set-for-membership.js';
import { sqrtForHypot } from './javascript/sqrt-for-hypot.js';
import { stringOncePerLoop } from './javascript/string-once-per-loop.js';
import { arrayFromLength } from './javascript/array-from-length.js';
import { countForFilter } from './javascript/count-for-filter.js';
import { mapForFind } from './javascript/map-for-find.js';
import { maxOfArray } from './javascript/max-of-array.js';
import { ownKey } from './javascript/own-key.js';
import { splitPart } from './javascript/split-part.js';
import { startsWith } from './javascript/starts-with.js';
import { uniqueBySet } from './javascript/unique-by-set.js';
import { keysForEntries } from './javascript/keys-for-entries.js';
import { collatorOnce } from './javascript/collator-once.js';
import { compareLiterals } from './javascript/compare-literals.js';
import { pythonRecipes } from './python/all.js';
import { torchRecipes } from './torch/all.js';

/** Every recipe, in the order in which they are tried; earlier ones win where two want the same text. */
export const recipes: readonly Recipe[] = [
  ...torchRecipes,
  setBesideArray,
  setForMembership,
  mapForFind,
  reduceInPlace,
  queueByIndex,
  appendInPlace,
  assignInPlace,
  pushAndReverse,
  keysOncePerLoop,
  constantMembership,
  hoistConstructor,
  regexpOncePerLoop,
  stringOncePerLoop,
  cloneWithoutJson,
  sqrtForHypot,
  dateNow,
  uniqueBySet,
  startsWith,
  splitPart,
  ownKey,
  maxOfArray,
  countForFilter,
  arrayFromLength,
  keysForEntries,
  collatorOnce,
  compareLiterals,
  ...pythonRecipes,
  ...cppRecipes,
  ...rustRecipes,
  ...goRecipes,
];

export const recipeNames: ReadonlySet<string> = new Set(recipes.map(({ name }) => name));
