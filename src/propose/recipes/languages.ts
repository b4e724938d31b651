import type { Recipe } from './recipe.js';

const words: Record<string, string> = { javascript: 'JavaScript', typescript: 'TypeScript', python: 'Python', cpp: 'C++', rust: 'Rust', go: 'Go' };

/** The languages of a recipe for people, such as `Python, PyTorch`. */
export function shownLanguages({ family, languages }: Pick<Recipe, 'family' | 'languages'>): string {
  return [...languages.map((language) => words[language] ?? language), ...(family === 'torch' ? ['PyTorch'] : [])].join(', ');
}
