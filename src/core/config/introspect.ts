import { z } from 'zod';

/** The schema below defaults, optionals and preprocessing. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  // A preprocessing step comes out as a pipe that ends in the schema; a transformed value as one that begins with it.
  if (schema instanceof z.ZodPipe) return unwrap(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
}

/** The table that the schema has at a path of keys and positions; undefined where there is none. */
export function tableAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.ZodObject | undefined {
  let current = unwrap(schema);
  for (const part of path) {
    if (current instanceof z.ZodObject) {
      const next: z.core.$ZodType | undefined = current.shape[String(part)];
      if (next === undefined) return undefined;
      current = unwrap(next);
    } else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else return undefined;
  }
  return current instanceof z.ZodObject ? current : undefined;
}

/** Every key as a dotted path, such as `loop.rounds`; lists of tables count as their elements. */
export function dottedKeys(schema: z.ZodObject, prefix = ''): string[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const below = unwrap(value);
    const table = below instanceof z.ZodArray ? unwrap(below.element) : below;
    return [`${prefix}${key}`, ...(table instanceof z.ZodObject ? dottedKeys(table, `${prefix}${key}.`) : [])];
  });
}
