import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { expect, it, vi } from 'vitest';
import { contextFrom } from '../../../src/client/context.js';
import { makeServer } from '../../../src/client/mcp/make-server.js';
import { toldOnce } from '../../../src/client/mcp/told-once.js';
import { tools } from '../../../src/tools/registry.js';
import { z } from 'zod';

it('converts a schema once, says what it says, and takes what it takes', async () => {
  const schema = z.object({ limit: z.int().default(3), name: z.string() });
  const told = toldOnce(schema)['~standard'];
  const options = { target: 'draft-2020-12' } as const;
  expect(told.jsonSchema.input(options)).toEqual(z.toJSONSchema(schema, { io: 'input' }));
  expect(told.jsonSchema.output(options)).toEqual(z.toJSONSchema(schema));
  expect(told.jsonSchema.input(options)).toBe(toldOnce(schema)['~standard'].jsonSchema.input(options));
  expect(await told.validate({ name: 'a' })).toEqual({ value: { limit: 3, name: 'a' } });
  expect(await told.validate({})).toHaveProperty('issues');
});

it('a second server converts no answer of a tool again, and offers the same', async () => {
  const make = () => makeServer(contextFrom({}), '1.0.0', { explores: true, judges: true, runs: true, decides: true });
  const listed = async (): Promise<unknown> => {
    const server = await make();
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: 'test', version: '1.0.0' });
    await server.connect(ours);
    await client.connect(theirs);
    const { tools: offered } = await client.listTools();
    await client.close();
    return offered;
  };
  const first = await listed();
  const converted = (await tools()).map(({ row }) => row as z.ZodType).map((row) => {
    const { processJSONSchema } = row._zod;
    const spy = vi.fn(processJSONSchema);
    row._zod.processJSONSchema = spy;
    return spy;
  });
  expect(await listed()).toEqual(first);
  expect(converted.filter((spy) => spy.mock.calls.length > 0)).toEqual([]);
});
