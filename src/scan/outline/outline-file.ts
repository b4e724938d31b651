import { createHash } from 'node:crypto';
import { Lang, parse, type SgNode } from '@ast-grep/napi';
import { registerGrammars } from '../../propose/source/grammars.js';
import type { ScanLanguage } from '../language.js';
import { cpp, withoutCuda } from './cpp.js';
import { outlineOf, type Extractor } from './extractor.js';
import { go } from './go.js';
import { javascript, tsx, typescript } from './javascript.js';
import type { Outline } from './outline.js';
import { python } from './python.js';
import { rust } from './rust.js';
import { textOutline } from './text.js';

const extractors: Record<ScanLanguage, Extractor> = { python, javascript, typescript, 'c++': cpp, rust, go };

/** Outlines by the ending of the path and the hash of the content, for the questions of one process. The oldest go first. */
const known = new Map<string, Outline>();
const mostKnown = 20_000;

/** Line breaks are rare in generated code, and a tree of a million tokens helps nobody. */
const longestMeanLine = 2000;

/** By the syntax tree where the grammar is there, else by text. */
export function outlineFile(path: string, text: string, language: ScanLanguage): Outline {
  const key = `${path.slice(path.lastIndexOf('.'))} ${createHash('sha1').update(text).digest('base64')}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const root = treeOf(path, text, language);
  const outline = root === null ? textOutline(text, language) : outlineOf(root, language, isTsx(path) ? tsx : extractors[language]);
  known.set(key, outline);
  if (known.size > mostKnown) known.delete(known.keys().next().value ?? '');
  return outline;
}

/** Whether the parser for a language is installed, and built for this machine. */
export function hasGrammar(language: ScanLanguage): boolean {
  if (language === 'javascript' || language === 'typescript') return true;
  return registerGrammars().has(language === 'c++' ? 'cpp' : language);
}

/** The syntax tree of a file; null where there is no grammar, or the file is minified. */
export function treeOf(path: string, text: string, language: ScanLanguage): SgNode | null {
  if (text.length / (text.split('\n').length + 1) > longestMeanLine) return null;
  if (!hasGrammar(language)) return null;
  switch (language) {
    case 'javascript':
      return parse(Lang.JavaScript, text).root();
    case 'typescript':
      return parse(isTsx(path) ? Lang.Tsx : Lang.TypeScript, text).root();
    case 'c++':
      return parse('cpp', withoutCuda(text)).root();
    case 'python':
    case 'rust':
    case 'go':
      return parse(language, text).root();
  }
}

const isTsx = (path: string): boolean => /\.tsx$/i.test(path);
