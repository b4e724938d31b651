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
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else return undefined;
  }
  return current instanceof z.ZodObject ? current : undefined;
}

/** What a list of tables holds, or a table of named tables (`[models.NAME]`); else the schema itself. */
export function elementOf(schema: z.core.$ZodType): z.core.$ZodType {
  const below = unwrap(schema);
  if (below instanceof z.ZodArray) return unwrap(below.element);
  return below instanceof z.ZodRecord ? unwrap(below.valueType) : below;
}

/** Every key as a dotted path, such as `loop.rounds`; lists of tables count as their elements, names of tables are `NAME`. */
export function dottedKeys(schema: z.ZodObject, prefix = '', above: readonly z.ZodObject[] = []): string[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const table = elementOf(value);
    const name = unwrap(value) instanceof z.ZodRecord ? '.NAME' : '';
    // Steps may hold steps.
    const below = table instanceof z.ZodObject && table !== schema && !above.includes(table) ? dottedKeys(table, `${prefix}${key}${name}.`, [...above, schema]) : [];
    return [`${prefix}${key}`, ...below];
  });
}
