import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf, same } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';

/** Input that, unlike that of `std::cin`, does not write out what `std::cout` holds: who answers to what is printed would wait for ever. */
const withoutFlush = /\b(?:tie|rdbuf|stdin|istreambuf_iterator|(?:v?f?w?scanf)|f?getw?[cs]|getw?char|fread|read|readline|recv|accept|select|poll)\b/;

/** What ends, replaces or stops a program, or writes past the stream. */
const withoutEnd = /\b(?:_exit|_Exit|abort|quick_exit|fork|vfork|exec[lv]p?e?|system|popen|dup2?|raise|kill|signal|sigaction|sleep\w*|usleep|terminate|STDOUT_FILENO|write)\s*\(|\bunistd\.h|\bunitbuf\b/;

export const cppNewlineForEndl: CppRecipe = {
  family: 'cpp',
  name: 'cpp-newline-for-endl',
  languages: ['cpp'],
  category: 'repeated-work',
  title: 'End lines by a newline, which does not flush each, instead of by `std::endl`',
  evidence: { findings: hostWork, text: '`write` or `std::ostream::flush` below the function.' },
  condition: 'The stream is `std::cout`, not `std::cerr` or `std::clog`, and no loop around goes on for ever. The file does not end the program in a way that loses what is not yet written, starts no other process, and sleeps nowhere. It reads no input that leaves the lines in the buffer: neither by functions of C nor with `std::cin` untied.',
  risk: 'Lines appear in blocks, later than before. A program that crashes loses the last of them, and what it writes to stderr may come before them.',
  expected: 'About a microsecond a line; large for programs that print much.',
  references: ['https://en.cppreference.com/w/cpp/io/manip/endl', 'https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#slio50-avoid-endl'],
  apply(fn) {
    const found = fn.owned('qualified_identifier', 'identifier').filter((node) => isEndl(fn, node));
    const [first] = found;
    if (first === undefined) return [];
    if (withoutFlush.test(fn.source) || withoutEnd.test(fn.source)) return [refusal(first, 'the file reads, writes, waits or ends in ways that leave out the buffer of the stream.')];
    return [{ title: `end ${found.length === 1 ? 'a line' : `${found.length} lines`} without a flush`, line: lineOf(first), edits: found.map((node) => replaced(node, String.raw`'\n'`)) }];
  },
};

function isEndl(fn: CppFunction, node: SgNode): boolean {
  const written = node.text().replace(/\s+/g, '');
  if (written !== 'std::endl' && !(written === 'endl' && fn.usesStd && node.parent()?.kind() !== 'qualified_identifier')) return false;
  const parent = node.parent();
  if (parent?.kind() !== 'binary_expression' || parent.field('operator')?.text() !== '<<' || !same(parent.field('right'), node) || fn.loopsAround(node).length === 0) return false;
  // A loop without an end may wait for something while the lines lie in the buffer.
  if (fn.loopsAround(node).some((loop) => loop.kind() !== 'for_range_loop' && /^\(?(?:true|1)?\)?$/.test(loop.field('condition')?.text() ?? ''))) return false;
  let stream = parent.field('left');
  while (stream?.kind() === 'binary_expression' && stream.field('operator')?.text() === '<<') stream = stream.field('left');
  const name = stream?.text().replace(/\s+/g, '') ?? '';
  return name === 'std::cout' || (name === 'cout' && fn.usesStd && fn.binding('cout') === null);
}
