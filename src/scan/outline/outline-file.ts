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
const mostKnown = 10_000;

/** Lines of generated and minified code are longer. In UTF-16 code units. */
const longestMeanLine = 2000;

/** By the syntax tree where the grammar is there, else by text. */
export function outlineFile(path: string, text: string, language: ScanLanguage): Outline {
  const key = `${path.slice(path.lastIndexOf('.'))} ${createHash('sha1').update(text).digest('base64')}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const outline = hasTree(text, language) ? outlineOf(language, { parse: () => treeOf(path, text, language), extractor: isTsx(path) ? tsx : extractors[language], text }) : textOutline(text, language);
  known.set(key, outline);
  if (known.size > mostKnown) known.delete(known.keys().next().value ?? '');
  return outline;
}

/** Whether the parser for a language is installed, and built for this machine. */
export function hasGrammar(language: ScanLanguage): boolean {
  if (language === 'javascript' || language === 'typescript') return true;
  return registerGrammars().has(language === 'c++' ? 'cpp' : language);
}

/** Whether a syntax tree is made of a file: there is a grammar, and the file is not minified. */
export function hasTree(text: string, language: ScanLanguage): boolean {
  return hasGrammar(language) && text.length / (text.split('\n').length + 1) <= longestMeanLine;
}

/** The syntax tree of a file that has one. */
export function treeOf(path: string, text: string, language: ScanLanguage): SgNode {
  if (language === 'javascript') return parse(Lang.JavaScript, text).root();
  if (language === 'typescript') return parse(isTsx(path) ? Lang.Tsx : Lang.TypeScript, text).root();
  registerGrammars();
  return language === 'c++' ? parse('cpp', withoutCuda(text)).root() : parse(language, text).root();
}

const isTsx = (path: string): boolean => /\.tsx$/i.test(path);
