import type { RepositoryTool } from './tool.js';
import { callees, callers, callSiteTool } from './tools/call-sites.js';
import { configs } from './tools/configs.js';
import { entryPointTool } from './tools/entry-points.js';
import { files } from './tools/files.js';
import { imports } from './tools/imports.js';
import { read } from './tools/read.js';
import { search } from './tools/search.js';
import { symbols } from './tools/symbols.js';
import { trace } from './tools/trace.js';
import { variants } from './tools/variants.js';

/** Every question that can be asked of a repository, in the order in which a reader asks. */
export const repositoryTools: readonly RepositoryTool[] = [files, search, read, symbols, callers, callees, callSiteTool, trace, variants, imports, entryPointTool, configs];
