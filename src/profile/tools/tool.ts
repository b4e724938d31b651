import type { z } from 'zod';
import type { Found, ToolAnswer } from '../../tools/tool.js';
import type { ProfileDatabase } from './open.js';
import { tablesOf } from './tables.js';

/**
 * One question to a profile. The command line, an MCP client and the models ask it by its name with the same input, and get
 * the same answer. All times that it gives are milliseconds, counted from the profile's first event where they are places.
 */
export interface ProfileTool<Input extends object = object, Row extends object = object, Facts extends object = object> {
  target: 'profile';
  name: string;
  /** The names that users of other tools know. */
  aliases: readonly string[];
  /** What it answers, in a line. */
  summary: string;
  /** Tables without which it abstains, with what makes a profiler write them. */
  needs: Readonly<Record<string, string>>;
  /** The field of its input that names another profile: a file until that was imported, a database when it is asked. */
  otherProfile?: string;
  input: z.ZodType<Input>;
  row: z.ZodType<Row>;
  facts: z.ZodType<Facts>;
  run: (db: ProfileDatabase, input: Input) => Found<Row, Facts> | Abstention;
}

/** What a tool gives where only its run can tell that it has no answer, such as one that any of several tables would serve. */
export interface Abstention {
  /** Why, and what to do. */
  abstained: string;
}

/** The first of all rows, and how many the limit leaves out. */
export function firstRows<Row>(all: readonly Row[], limit: number): Pick<Found<Row, object>, 'rows' | 'more'> {
  return { rows: all.slice(0, limit), more: Math.max(0, all.length - limit) };
}

/** For the registry, where tools of all kinds stand side by side. */
export function defineTool<Input extends object, Row extends object, Facts extends object>(tool: Omit<ProfileTool<Input, Row, Facts>, 'target'>): ProfileTool {
  return { target: 'profile', ...tool } as unknown as ProfileTool;
}

/** Throws a ZodError for an input that is none. */
export function ask(tool: ProfileTool, db: ProfileDatabase, input: unknown): ToolAnswer {
  const given = tool.input.parse(input);
  const there = tablesOf(db);
  const missing = Object.entries(tool.needs).find(([table]) => !there.has(table));
  if (missing !== undefined) return { tool: tool.name, abstained: `the profile has no ${missing[0]}: ${missing[1]}` };
  const found = tool.run(db, given);
  return 'abstained' in found ? { tool: tool.name, abstained: found.abstained } : { tool: tool.name, abstained: null, ...found };
}
