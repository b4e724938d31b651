import type { RustRecipe } from '../native-recipe.js';
import { rustAppendInPlace } from './append-in-place.js';
import { rustMembershipSet } from './membership-set.js';
import { rustMoveLastUse } from './move-last-use.js';
import { rustOneLookup } from './one-lookup.js';
import { rustRegexOnce } from './regex-once.js';
import { rustReserve } from './reserve.js';
import { rustSortUnstable } from './sort-unstable.js';

/** The recipes for Rust, in the order in which they are tried. */
export const rustRecipes: readonly RustRecipe[] = [rustMembershipSet, rustAppendInPlace, rustRegexOnce, rustOneLookup, rustReserve, rustMoveLastUse, rustSortUnstable];
