import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const folder = new URL('browser/', import.meta.url);

export interface PageScript {
  text: string;
  /** For the page's policy: this script runs, and no other. */
  hash: string;
}

/**
 * The files of `browser/` as one module: each once, after those that it imports. They are shipped as they are; no two of them declare
 * the same name.
 */
export function pageScript(): PageScript {
  const parts: string[] = [];
  const seen = new Set<string>();
  const add = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(new URL(name, folder), 'utf8');
    for (const [, imported = ''] of text.matchAll(/^import .* from '\.\/([\w.-]+)';$/gm)) add(imported);
    parts.push(text.replaceAll(/^import .*$/gm, '').replaceAll(/^export /gm, '').trim());
  };
  add('main.js');
  const text = `\n${parts.join('\n')}\n`;
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` };
}
