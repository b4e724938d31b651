import { lineOf } from '../source/tree.js';
import type { SgNode } from '@ast-grep/napi';
import { definitionBehind } from './called-there.js';
import { isWriter } from './file-writers.js';
import { callsOf } from './loaders.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround, owned, statementOf } from './statements.js';

/** Where a file that is written again and again is to be complete: behind the outermost loop that writes it, or behind a statement that writes it once. */
export interface WriteSites {
  loops: Located[];
  statements: Located[];
}

/** The loops that run a call, in its function or in those that call it; null where some caller cannot be followed to a loop or to the top of a file. */
export function writeSites(program: TorchProgram, { module, node }: Located, depth = 0): WriteSites | null {
  const outer = loopsAround(module, node).at(-1);
  if (outer !== undefined) return { loops: [{ module, node: outer }], statements: [] };
  const scope = module.scopeOf(node);
  if (scope.kind() !== 'function_definition') return { loops: [], statements: [{ module, node: statementOf(node) }] };
  const callers = depth > 2 ? [] : callsOf(program, { module, node: scope });
  // `__init__` and what nobody calls are entered from outside.
  if (callers.length === 0) return depth === 0 ? null : { loops: [], statements: [{ module, node: statementOf(node) }] };
  const found = callers.map((call) => writeSites(program, call, depth + 1));
  if (found.some((one) => one === null)) return null;
  const sites = found.flatMap((one) => one ?? []);
  return { loops: distinct(sites.flatMap((one) => one.loops)), statements: distinct(sites.flatMap((one) => one.statements)) };
}

function distinct(found: readonly Located[]): Located[] {
  return found.filter((one, i) => found.findIndex((other) => other.module === one.module && other.node.id() === one.node.id()) === i);
}

/** What may look at, move or send a file, or let others do so. */
const users = /^(?:open|os\.(?!path\.(?:join|basename|dirname|abspath|expanduser)$|makedirs$|getpid$|environ|getenv|cpu_count)[\w.]+|shutil\.\w+|subprocess\.\w+|glob\.\w+|torch\.load|torch\.distributed\.(?:barrier|monitored_barrier)|wandb\.(?:save|log_artifact)|mlflow\.log_artifact\w*|boto3\..*|huggingface_hub\..*)$/;
const userMethods = /^(?:load|load_(?:checkpoint|ckpt|model|weights|best|state|from)\w*|restore\w*|resume\w*|upload\w*|push\w*|exists|is_file|stat|unlink|rename|replace|symlink\w*|glob|iterdir|rmdir|log_artifact\w*|add_file|barrier|wait_for_everyone|copy2?|copyfile|sync\w*)$/;

/** The first call in a region, or in what it calls, that may look at a file that is written there, the given calls left out. */
export function fileUser(program: TorchProgram, { module, node }: Located, except: readonly SgNode[], depth = 0): Located | null {
  for (const call of owned(module, node, 'call')) {
    if (except.some((one) => one.id() === call.id() && lineOf(one) === lineOf(call))) continue;
    const callee = call.field('function');
    const path = module.pathOf(callee) ?? (callee?.kind() === 'identifier' ? callee.text() : '');
    const name = callee?.kind() === 'attribute' && module.pathOf(callee) === null ? (callee.field('attribute')?.text() ?? '') : '';
    const isOfState = name === 'load_state_dict';
    // Texts and tables have methods of these names.
    const isOfText = ['replace', 'copy', 'sync'].includes(name) && !/path|file|ckpt|checkpoint/i.test(callee?.text() ?? '');
    // A log that is written to is another file.
    const isLog = path === 'open' && isWriter(call);
    if (!isLog && users.test(path)) return { module, node: call };
    if (userMethods.test(name) && !isOfState && !isOfText) return { module, node: call };
    const inner = depth > 2 ? null : definitionBehind(program, { module, node: call });
    const found = inner === null ? null : fileUser(program, inner, except, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
