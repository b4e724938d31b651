import type { GoRecipe } from '../native-recipe.js';
import { goBufferedOutput } from './buffered-output.js';
import { goCommaOk } from './comma-ok.js';
import { goMakeCapacity } from './make-capacity.js';
import { goMembershipMap } from './membership-map.js';
import { goRangeByIndex } from './range-by-index.js';
import { goRegexpOnce } from './regexp-once.js';
import { goStrconv } from './strconv.js';
import { goStringsBuilder } from './strings-builder.js';

/** The recipes for Go, in the order in which they are tried. */
export const goRecipes: readonly GoRecipe[] = [goMakeCapacity, goStringsBuilder, goMembershipMap, goRegexpOnce, goCommaOk, goRangeByIndex, goStrconv, goBufferedOutput];
