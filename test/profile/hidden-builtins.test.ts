import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { onlyCallee } from '../../src/profile/import/hidden-builtins.js';
import type { Frame } from '../../src/profile/import/model.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import { timeVia } from '../../src/profile/tools/time-via.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'profile');

/** The fixture as if it had been recorded in a folder of this test. */
async function recorded(file: string, { withSource }: { withSource: boolean }) {
  const folder = temporaryFolder();
  if (withSource) cpSync(join(fixtures, 'src'), join(folder, 'src'), { recursive: true });
  const profile = join(folder, 'p.cpuprofile');
  writeFileSync(profile, readFileSync(join(fixtures, file), 'utf8').replaceAll('/tmp/perfloop-example', folder));
  const db = await imported([profile], folder);
  return { db, hot: hotFunctions(db, { root: folder, ignore: [], minShare: 0, top: 10 }) };
}

it('gives Node 24\'s samples on the calling line back to the function whose builtin ran', async () => {
  const { db, hot } = await recorded('group-node-24.cpuprofile', { withSource: true });
  expect(hot[0]).toMatchObject({ function: 'unique', file: 'src/group.js', line: 2 });
  expect(hot[0]?.selfShare).toBeGreaterThan(0.7);
  expect(hot[0]?.ownShare).toBeLessThan(0.2);
  expect(hot.find((one) => one.function === 'exports.group')?.selfShare ?? 0).toBeLessThan(0.02);
  expect(timeVia(db, { frame: hot[0]?.frame ?? 0 })[0]?.function).toBe('(builtin seen on the calling line)');
});

it('moves nothing where the source is not at hand', async () => {
  const { hot } = await recorded('group-node-24.cpuprofile', { withSource: false });
  expect(hot[0]).toMatchObject({ function: 'exports.group' });
});

it('agrees between Node 20, which shows them where they belong, and Node 24', async () => {
  const shares = await Promise.all(['group-node-20.cpuprofile', 'group-node-24.cpuprofile'].map(async (file) => (await recorded(file, { withSource: true })).hot[0]));
  expect(shares.map((hot) => hot?.function)).toEqual(['unique', 'unique']);
  expect(Math.abs((shares[0]?.selfShare ?? 0) - (shares[1]?.selfShare ?? 1))).toBeLessThan(0.15);
});

const callee = (name: string, kind: Frame['kind'] = 'source'): Frame => ({ name, module: '/a.js', line: 1, column: 1, kind });
const [unique, other] = [callee('Grouper.unique'), callee('other')];

it.each(['  return g.unique(ids).length;', 'total += unique(ids);', "const x = unique('a(b)'); // other(1)", 'if (unique(ids)) return;', 'return await this.unique(ids[0]);'])('knows that %j does nothing but call', (line) => {
  expect(onlyCallee(line, [unique, other])).toBe(unique);
});

it.each([
  'for (const x of unique(ids)) {',
  'return [...unique(ids)];',
  'total += unique(ids) + other(ids);',
  'total += unique(map.get(id));',
  'const f = () => unique(ids);',
  'return `${unique(ids)}`;',
  'return unique(ids)(1);',
  'return new unique(ids);',
  'x = unique([1, 2]) + [1];',
  'notUnique(ids);',
  `unique(ids);${' '.repeat(200)}`,
])('leaves %j alone: the time may be its own', (line) => {
  expect(onlyCallee(line, [unique, other])).toBeNull();
});

it('leaves a call alone that could be of two functions', () => {
  expect(onlyCallee('unique(ids)', [unique, callee('unique')])).toBeNull();
  expect(onlyCallee(undefined, [unique])).toBeNull();
});
