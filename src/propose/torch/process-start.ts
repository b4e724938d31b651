import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, same } from '../source/tree.js';
import { argument, callArguments } from './call.js';
import { callsOf, loopsOver } from './loaders.js';
import type { Located, TorchProgram } from './program.js';

/** Whether starting processes for a loader would run the script again in each of them: what goes over it runs on import, without `if __name__ == "__main__"`. */
export function runsOnImport(program: TorchProgram, loader: Located): boolean {
  const loops = loopsOver(program, loader);
  return (loops.length > 0 ? loops : [loader]).some((place) => isReachedOnImport(program, place, 0));
}

function isReachedOnImport(program: TorchProgram, { module, node }: Located, depth: number): boolean {
  const scope = module.scopeOf(node);
  if (same(scope, module.root)) return !isGuarded(node);
  return depth < 6 && callsOf(program, { module, node: scope }).some((call) => !same(call.module.scopeOf(call.node), scope) && isReachedOnImport(program, call, depth + 1));
}

/** `if __name__ == "__main__":` around the node. */
function isGuarded(node: SgNode): boolean {
  return ancestorWhere(node, (at) => at.kind() === 'if_statement' && /__name__/.test(at.field('condition')?.text() ?? '')) !== null;
}

/** Where the program chooses that processes are not forked. */
export function spawnChoice(program: TorchProgram, loader: Located): Located | null {
  const context = callArguments(loader.node).keywords.get('multiprocessing_context');
  if (context !== undefined && /spawn|forkserver/.test(context.text())) return { module: loader.module, node: context };
  for (const module of program.modules) {
    const call = all(module.root, 'call').find((one) => /(?:^|\.)(?:set_start_method|get_context)$/.test(one.field('function')?.text() ?? '') && /spawn|forkserver/.test((argument(one, 'method', 0) ?? one).text()));
    if (call !== undefined) return { module, node: call };
  }
  return null;
}
