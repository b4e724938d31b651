import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { z } from 'zod';

const known = new WeakMap<z.ZodObject, StandardSchemaWithJSON>();

/**
 * The schema, converted into what a client reads no more than once. By HTTP each request has a server of its own, and each
 * server converts the answers of all tools as it is made: that was most of what a request cost.
 */
export function toldOnce(schema: z.ZodObject): StandardSchemaWithJSON {
  const there = known.get(schema);
  if (there !== undefined) return there;
  const standard = (schema as unknown as StandardSchemaWithJSON)['~standard'];
  const converted = new Map<string, Record<string, unknown>>();
  const once = (side: 'input' | 'output') => (options: Parameters<typeof standard.jsonSchema.input>[0]): Record<string, unknown> => {
    const key = `${side} ${options.target}`;
    const json = converted.get(key) ?? standard.jsonSchema[side](options);
    converted.set(key, json);
    return json;
  };
  const told: StandardSchemaWithJSON = { '~standard': { ...standard, jsonSchema: { input: once('input'), output: once('output') } } };
  known.set(schema, told);
  return told;
}
