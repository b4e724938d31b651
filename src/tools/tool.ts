import type { RepositoryTool } from '../scan/tool.js';
import type { ProfileTool } from '../profile/tools/tool.js';
import type { SandboxTool } from './sandbox/tool.js';

/** What a tool found: rows for people and programs, facts about all of them, and what it could not see. */
export interface Found<Row, Facts> {
  rows: Row[];
  /** Rows that the limit left out. */
  more: number;
  facts: Facts;
  notes: string[];
}

/** What asking a tool comes to. A tool that cannot know abstains, and says why. */
export type ToolAnswer = { tool: string; abstained: null; rows: object[]; more: number; facts: object; notes: string[] } | { tool: string; abstained: string };

/** A question to a profile or to a repository, or work in a sandbox. The command line, an MCP client and the models see the same list. */
export type Tool = ProfileTool | RepositoryTool | SandboxTool;
