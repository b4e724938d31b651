import type { z } from 'zod';
import type { Found, ToolAnswer } from '../tools/tool.js';
import type { SourceTree } from './source-tree.js';

/** Why a question about a repository has no answer. */
export interface Abstention {
  abstained: string;
}

/** One question to the files of a repository. Lines and columns that it gives are 1-based, paths relative to the repository with `/`. */
export interface RepositoryTool<Input extends object = object, Row extends object = object, Facts extends object = object> {
  target: 'repository';
  name: string;
  /** The names that users of other tools know. */
  aliases: readonly string[];
  /** What it answers, in a line. */
  summary: string;
  input: z.ZodType<Input>;
  row: z.ZodType<Row>;
  facts: z.ZodType<Facts>;
  run: (tree: SourceTree, input: Input) => Promise<Found<Row, Facts> | Abstention>;
}

/** For the registry, where tools of all kinds stand side by side. */
export function defineRepositoryTool<Input extends object, Row extends object, Facts extends object>(tool: Omit<RepositoryTool<Input, Row, Facts>, 'target'>): RepositoryTool {
  return { target: 'repository', ...tool } as unknown as RepositoryTool;
}

/** Throws a ZodError for an input that is none. */
export async function askRepository(tool: RepositoryTool, tree: SourceTree, input: unknown): Promise<ToolAnswer> {
  const found = await tool.run(tree, tool.input.parse(input));
  return 'abstained' in found ? { tool: tool.name, abstained: found.abstained } : { tool: tool.name, abstained: null, ...found };
}
