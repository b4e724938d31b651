import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { fleetSchema } from '../../../src/core/fleet/schema.js';
import { dottedKeys } from '../../../src/core/config/introspect.js';
import { parseFleet } from '../../../src/core/fleet/parse.js';

const docs = readFileSync(new URL('../../../docs/fleet.md', import.meta.url), 'utf8');

test('docs/fleet.md names every key of the file', () => {
  // Those of a place that is told are in docs/notifications.md.
  const keys = new Set(dottedKeys(fleetSchema).filter((key) => !/\bnotify\b./.test(key)).map((key) => key.split('.').at(-1) ?? '').filter((key) => !['fleet', 'defaults', 'targets', 'NAME'].includes(key)));
  expect([...keys].filter((key) => !docs.includes(`\`${key}`))).toEqual([]);
});

test('its example is a fleet', () => {
  const example = /```toml\n([^]*?)```/.exec(docs)?.[1] ?? '';
  expect(parseFleet(example, { file: 'fleet.toml', absolute: (path) => resolve('/work', path) }).targets.map(({ name, repository }) => [name, repository])).toEqual([['gl-matrix', 'https://git.example.org/gl-matrix.git'], ['parser', '/parser']]);
});
