import { expect, it } from 'vitest';
import { z } from 'zod';
import { toolNamed, tools } from '../../src/tools/registry.js';

it('every tool answers to names that no other has', async () => {
  const all = await tools();
  const names = all.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const tool of all) for (const name of [tool.name, ...tool.aliases]) expect((await toolNamed(name)).name).toBe(tool.name);
  await expect(toolNamed('nosuch')).rejects.toMatchObject({ code: 'PL_NO_SUCH_TOOL' });
});

it('every tool says what it takes and gives, field by field where it takes something', async () => {
  for (const { name, summary, input, row, facts } of await tools()) {
    expect(summary, name).toMatch(/^[a-zA-Z].*[^.]$/);
    const { properties = {} } = z.toJSONSchema(input, { io: 'input' }) as { properties?: Record<string, { description?: string }> };
    for (const [field, { description = '' }] of Object.entries(properties)) expect(`${name}.${field}: ${description}`).toMatch(/: \w.*\.$/s);
    expect(z.toJSONSchema(row), name).toMatchObject({ type: 'object' });
    expect(z.toJSONSchema(facts), name).toMatchObject({ type: 'object' });
  }
});
