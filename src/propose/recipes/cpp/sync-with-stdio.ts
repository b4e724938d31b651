import type { CppFunction } from '../../cpp/function.js';
import { bodyOf } from '../../cpp/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore } from '../../native/lines.js';
import { nativeNameOf } from '../../native/names.js';
import type { SgNode } from '@ast-grep/napi';
import { all, lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';

/** Headers that bring neither C's own input and output, nor threads or processes. */
const plainHeaders = /^<(?:iostream|istream|ostream|iomanip|string|string_view|vector|map|set|unordered_map|unordered_set|deque|list|array|queue|stack|tuple|utility|algorithm|numeric|cmath|cstdint|cstddef|climits|limits|functional|memory|optional|variant|iterator|sstream|fstream|cctype|chrono|random|bitset|cassert|cstring|cstdlib|ranges|span|stdexcept|complex|ratio|initializer_list|type_traits|bit|concepts|compare)>$/;

export const cppSyncWithStdio: CppRecipe = {
  family: 'cpp',
  name: 'cpp-sync-with-stdio',
  languages: ['cpp'],
  category: 'repeated-work',
  title: 'Let the streams of C++ have buffers of their own',
  evidence: { findings: hostWork, text: '`getc`, `putc`, `fwrite` or `stdio_sync_filebuf` below the stream operators.' },
  condition: 'The function is the `main` of a program that is one file: it includes nothing but headers of the standard library that have no other input or output, threads or processes, and calls no function of those. What is printed is written out when `std::cin` is read, and at the end.',
  risk: 'A program that crashes loses what it has not yet written.',
  expected: 'Reading and writing by streams becomes two to five times faster.',
  references: ['https://en.cppreference.com/w/cpp/io/ios_base/sync_with_stdio'],
  apply(fn) {
    const [first] = bodyOf(fn.hot);
    if (nativeNameOf(fn.hot) !== 'main' || first === undefined || !fn.isBlock(first.parent()) || !/\bc(?:in|out)\b/.test(fn.source)) return [];
    if (all(fn.root, 'preproc_include').some((node) => !plainHeaders.test(node.field('path')?.text() ?? ''))) return [refusal(first, 'the program includes a header that may print or read by other means, start threads or processes.')];
    if (/\b(?:printf|scanf|puts|putchar|getchar|fputs|fgets|fwrite|fread|perror|stdin|stdout|stderr|sync_with_stdio|abort|_Exit|quick_exit|system|terminate|thread|async|extern|asm|dlopen|rdbuf)\b/.test(fn.source)) return [refusal(first, 'the program prints or reads by other means too, or may end without writing its buffers.')];
    if (all(fn.root, 'declaration').some((node) => isDefinedElsewhere(fn, node))) return [refusal(first, 'a function that another file defines may print or read by other means.')];
    return [{ title: 'give the streams their own buffers', line: lineOf(first), edits: [linesBefore(fn.source, first, 'std::ios_base::sync_with_stdio(false);')] }];
  },
};

/** The declaration of a function that the file does not define. */
function isDefinedElsewhere(fn: CppFunction, node: SgNode): boolean {
  if (node.parent()?.kind() !== 'translation_unit' || node.field('declarator')?.kind() !== 'function_declarator') return false;
  const name = nativeNameOf(node);
  return !all(fn.root, 'function_definition').some((other) => nativeNameOf(other) === name);
}
