import { linesOf } from '../outlines.js';
import type { VariantNode } from './variant.js';

/** What a line shows, where there is no grammar. Each with the groups `key` and mostly `registry` and `target`. */
const patterns: readonly (readonly [VariantNode['kind'], RegExp])[] = [
  ['decorator', /^\s*@(?<registry>[\w.]{1,100})\(\s*["'](?<key>[^"']{1,100})["']/],
  ['registration', /\b(?<registry>(?:register|REGISTER)\w{0,100})\s*\(\s*["'](?<key>[^"']{1,100})["']\s*(?:,\s*(?<target>[\w.:&]{1,100}))?/],
  ['switch', /^\s*case\s+["'](?<key>[^"']{1,100})["']\s*:\s*(?<target>[^\n]{0,80})/],
  ['switch', /^\s*["'](?<key>[^"']{1,100})["'](?:\s*\|\s*["'][^"']{1,100}["'])*\s*=>\s*(?<target>[^\n]{0,80})/],
  ['branch', /\bif\b[^"'\n]{0,100}?(?<registry>[\w.>-]{1,100})\s*={2,3}\s*["'](?<key>[^"']{1,100})["']/],
];

export function textVariants(text: string): VariantNode[] {
  return linesOf(text).flatMap((line, index) => {
    if (line.length > 1000) return [];
    for (const [kind, pattern] of patterns) {
      const { key, registry, target } = pattern.exec(line)?.groups ?? {};
      if (key !== undefined) return [{ registry: registry ?? kind, key, target: target?.trim() || null, kind, line: index + 1 }];
    }
    return [];
  });
}
