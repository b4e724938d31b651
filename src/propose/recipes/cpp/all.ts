import type { CppRecipe } from '../native-recipe.js';
import { cppAppendInPlace } from './append-in-place.js';
import { cppCompareInPlace } from './compare-in-place.js';
import { cppConstRefParameter } from './const-ref-parameter.js';
import { cppDequeForFront } from './deque-for-front.js';
import { cppEmplace } from './emplace.js';
import { cppEraseRemove } from './erase-remove.js';
import { cppHoistContainer } from './hoist-container.js';
import { cppLengthOnce } from './length-once.js';
import { cppMoveLastUse } from './move-last-use.js';
import { cppNewlineForEndl } from './newline-for-endl.js';
import { cppOneLookup } from './one-lookup.js';
import { cppRangeConstRef } from './range-const-ref.js';
import { cppReserve } from './reserve.js';
import { cppSquare } from './square.js';
import { cppSyncWithStdio } from './sync-with-stdio.js';
import { cppTransparentLookup } from './transparent-lookup.js';
import { cppViewOfSubstr } from './view-of-substr.js';

/** The recipes for C++, in the order in which they are tried. */
export const cppRecipes: readonly CppRecipe[] = [cppEraseRemove, cppDequeForFront, cppAppendInPlace, cppLengthOnce, cppOneLookup, cppCompareInPlace, cppViewOfSubstr, cppTransparentLookup, cppRangeConstRef, cppConstRefParameter, cppHoistContainer, cppReserve, cppMoveLastUse, cppEmplace, cppNewlineForEndl, cppSyncWithStdio, cppSquare];
