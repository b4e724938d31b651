import type { PythonRecipe } from '../recipe.js';
import { appendAndReverse } from './append-and-reverse.js';
import { appendOne } from './append-one.js';
import { collectBytes } from './collect-bytes.js';
import { compareForMax } from './compare-for-max.js';
import { compiledRegex } from './compiled-regex.js';
import { compiledStruct } from './compiled-struct.js';
import { comprehension } from './comprehension.js';
import { concatLists } from './concat-lists.js';
import { constantSet } from './constant-set.js';
import { copyPlainData } from './copy-plain-data.js';
import { copyWithoutDumps } from './copy-without-dumps.js';
import { countOnce } from './count-once.js';
import { dictComprehension } from './dict-comprehension.js';
import { dictMembership } from './dict-membership.js';
import { directComprehension } from './direct-comprehension.js';
import { importOnce } from './import-once.js';
import { keyGetter } from './key-getter.js';
import { knownTypeBeforeAbc } from './known-type-before-abc.js';
import { listForGenerator } from './list-for-generator.js';
import { lookupSet } from './lookup-set.js';
import { oneTestForSeveral } from './one-test-for-several.js';
import { parseFixedDate } from './parse-fixed-date.js';
import { popLeft } from './popleft.js';
import { seenSet } from './seen-set.js';
import { textOncePerLoop } from './text-once-per-loop.js';
import { withoutList } from './without-list.js';

/** The recipes for Python, in the order in which they are tried. */
export const pythonRecipes: readonly PythonRecipe[] = [
  seenSet,
  lookupSet,
  countOnce,
  popLeft,
  appendAndReverse,
  concatLists,
  dictMembership,
  compiledRegex,
  textOncePerLoop,
  copyPlainData,
  comprehension,
  compareForMax,
  knownTypeBeforeAbc,
  parseFixedDate,
  compiledStruct,
  importOnce,
  collectBytes,
  appendOne,
  keyGetter,
  listForGenerator,
  directComprehension,
  dictComprehension,
  constantSet,
  oneTestForSeveral,
  copyWithoutDumps,
  withoutList,
];
