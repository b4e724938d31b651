import type { RepositoryTool } from './tool.js';
import { files } from './tools/files.js';
import { read } from './tools/read.js';
import { search } from './tools/search.js';

/** Every question that can be asked of a repository, in the order in which a reader asks. */
export const repositoryTools: readonly RepositoryTool[] = [files, search, read];
