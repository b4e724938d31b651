import { expect, test } from 'vitest';
import { nativeAnswers, nativeFunction } from '../../../../src/propose/native/dispatch.js';
import { nativeFunctionKinds, nativeNameOf } from '../../../../src/propose/native/names.js';
import { isRewrite } from '../../../../src/propose/recipes/recipe.js';
import { recipes } from '../../../../src/propose/recipes/registry.js';
import { sourceFile } from '../../../../src/propose/source/file.js';
import { hasGrammar, type NativeDialect } from '../../../../src/propose/source/parse.js';
import { all } from '../../../../src/propose/source/tree.js';
import { textSources } from '../../../../src/propose/torch/sources.js';
import { cppCases } from './cpp-cases.js';
import { goCases } from './go-cases.js';
import type { NativeCases } from './harness.js';
import { rustCases } from './rust-cases.js';

const languages: [NativeDialect, Record<string, NativeCases>][] = [['cpp', cppCases], ['go', goCases], ['rust', rustCases]];

function reasons(name: string, source: string, dialect: NativeDialect): string[] {
  const file = sourceFile(source, dialect);
  const hot = all(file.root, ...nativeFunctionKinds[dialect]).find((node) => nativeNameOf(node) === 'f');
  const recipe = recipes.find((entry) => entry.name === name);
  if (hot === undefined || recipe === undefined || !(recipe.family === 'cpp' || recipe.family === 'go' || recipe.family === 'rust')) throw new Error(`no function f, or no recipe ${name}`);
  return nativeAnswers(recipe, nativeFunction(dialect, file, hot, { path: `code.${dialect}`, sources: textSources({ [`code.${dialect}`]: source }) })).map((answer) => (isRewrite(answer) ? 'it fires' : `line ${answer.line}: ${answer.reason}`));
}

test.runIf(languages.every(([dialect]) => hasGrammar(dialect)))('code that looks like a case and is none gets a reason; code that does not gets nothing', async () => {
  const lines = languages.flatMap(([dialect, cases]) => Object.entries(cases).flatMap(([name, { leaves }]) => Object.entries(leaves).map(([why, source]) => `${name}, ${why}: ${reasons(name, source, dialect).join(' / ') || '-'}`)));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('refusals.txt');
});
