import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyzeProfile } from '../../../src/profile/rules/analyze.js';
import { imported } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

it('finds a hot native function, and its place in the repository by its name', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'f.folded');
  writeFileSync(file, 'main;work 1000\nmain;small 10\n');
  writeFileSync(join(folder, 'spin.c'), '#include <stdio.h>\n\nstatic long work(int m)\n{\n  return m;\n}\n');
  const db = await imported([file], temporaryFolder());
  const [alone, ...others] = (await analyzeProfile(db, { file, repo: null })).findings;
  expect(others).toEqual([]);
  expect(alone).toMatchObject({ rule: 'H1-native-function', file: null, severity: 'medium' });
  expect((await analyzeProfile(db, { file, repo: folder })).findings).toMatchObject([{ rule: 'H1-native-function', file: 'spin.c', line: 3, confidence: 'low' }]);
});
