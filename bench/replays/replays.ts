import type { Registry } from '../support/published.js';

/** Two versions of a published package, of which the later one says that it is faster at something. */
export interface Replay {
  language: 'javascript' | 'python' | 'c++';
  registry: Registry;
  package: string;
  from: string;
  to: string;
  /** Where it says so. */
  claim: string;
  /** The file that a change of nothing touches: code that the benchmark runs. */
  hot: string;
  /** Parts of the published archive that are neither code nor needed. */
  without: string[];
}

export const replays: Record<string, Replay> = {
  diff: { language: 'javascript', registry: 'npm', package: 'diff', from: '5.1.0', to: '5.2.0', claim: 'release-notes.md of 5.2.0: an array is no longer copied in the innermost loop', hot: 'lib/diff/base.js', without: ['dist', 'release-notes.md', 'README.md'] },
  entities: { language: 'javascript', registry: 'npm', package: 'entities', from: '2.2.0', to: '3.0.0', claim: 'fb55/entities#525: a trie for decoding', hot: 'lib/decode.js', without: ['readme.md'] },
  'lru-cache': { language: 'javascript', registry: 'npm', package: 'lru-cache', from: '6.0.0', to: '7.0.0', claim: 'README of 7.0.0: rewritten for performance', hot: 'index.js', without: ['README.md'] },
  immer: { language: 'javascript', registry: 'npm', package: 'immer', from: '10.1.3', to: '10.2.0', claim: 'immerjs/immer#1164: faster finalization', hot: 'dist/cjs/immer.cjs.development.js', without: ['readme.md', 'src', 'dist/legacy-esm', 'dist/cjs/immer.cjs.production.js.map', 'dist/cjs/immer.cjs.development.js.map'] },
  packaging: { language: 'python', registry: 'pypi', package: 'packaging', from: '25.0', to: '26.0', claim: 'CHANGELOG of 26.0: tokenizer, Version, canonicalize_name', hot: 'src/packaging/version.py', without: ['tests', 'docs', 'CHANGELOG.rst'] },
  'chess-movegen': { language: 'python', registry: 'pypi', package: 'python-chess', from: '0.16.2', to: '0.17.0', claim: 'CHANGELOG of 0.17.0: a rewritten move generator, twice the speed', hot: 'chess/__init__.py', without: ['README.rst'] },
  ecdsa: { language: 'python', registry: 'pypi', package: 'ecdsa', from: '0.16.1', to: '0.17.0', claim: 'NEWS of 0.17.0: verification 4 to 5% faster', hot: 'src/ecdsa/ellipticcurve.py', without: ['NEWS', 'README.md'] },
  'rapidfuzz-ratio': { language: 'c++', registry: 'pypi', package: 'rapidfuzz', from: '3.5.2', to: '3.6.1', claim: 'CHANGELOG of 3.6.0: a banded LCS', hot: 'extern/rapidfuzz-cpp/rapidfuzz/distance/LCSseq_impl.hpp', without: ['src', 'tests', 'docs', 'extern/taskflow', 'CHANGELOG.rst', 'extern/rapidfuzz-cpp/test', 'extern/rapidfuzz-cpp/fuzzing', 'extern/rapidfuzz-cpp/bench'] },
  'rapidfuzz-jaro': { language: 'c++', registry: 'pypi', package: 'rapidfuzz', from: '3.4.0', to: '3.5.2', claim: 'CHANGELOG of 3.5.0: Jaro of long sequences', hot: 'extern/rapidfuzz-cpp/rapidfuzz/distance/Jaro_impl.hpp', without: ['src', 'tests', 'docs', 'extern/taskflow', 'CHANGELOG.rst', 'extern/rapidfuzz-cpp/test', 'extern/rapidfuzz-cpp/fuzzing', 'extern/rapidfuzz-cpp/bench'] },
};
