import type { SgNode } from '@ast-grep/napi';
import { callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';
import { spelled } from './names-in-scope.js';

/** What numpy calls its types, and PyTorch. */
const types: Record<string, string> = { uint8: 'uint8', int8: 'int8', int16: 'int16', int32: 'int32', int64: 'int64', float16: 'float16', float32: 'float32', float64: 'float64', float: 'float64', int: 'int64', bool: 'bool', bool_: 'bool', double: 'float64', long: 'int64' };

/** An array of ones, zeros or a triangle of them, as PyTorch makes it on a device; null for what is anything else. */
export function asTorch(module: PyModule, expression: SgNode, device: string, type: string | null = null): string | null {
  const node = unwrapped(expression);
  const method = methodOf(node);
  if (method?.method === 'astype') {
    const wanted = typeOf(callArguments(node).positional[0] ?? null);
    return wanted === null || type !== null ? null : asTorch(module, method.receiver, device, wanted);
  }
  const path = node.kind() === 'call' ? module.pathOf(node.field('function')) : null;
  const name = /^numpy\.(ones|zeros|eye|tril|triu)$/.exec(path ?? '')?.[1];
  if (name === undefined) return null;
  const { positional, keywords, hasSplat } = callArguments(node);
  const [first] = positional;
  const torch = spelled(module, `torch.${name}`);
  if (hasSplat || first === undefined || torch.edits.length > 0) return null;
  if (name === 'tril' || name === 'triu') {
    const inner = asTorch(module, first, device, type);
    const diagonal = (keywords.get('k') ?? positional[1])?.text();
    return inner === null || [...keywords.keys()].some((keyword) => keyword !== 'k') ? null : `${torch.text}(${inner}${diagonal === undefined ? '' : `, diagonal=${diagonal}`})`;
  }
  const own = keywords.has('dtype') || positional.length > 1 ? typeOf(keywords.get('dtype') ?? positional[1] ?? null) : 'float64';
  if (own === null || [...keywords.keys()].some((keyword) => keyword !== 'dtype')) return null;
  return `${torch.text}(${first.text()}, dtype=${spelled(module, `torch.${type ?? own}`).text}, device=${device})`;
}

/** `uint8` of `np.uint8` and of `'uint8'`. */
function typeOf(node: SgNode | null): string | null {
  return types[/(\w+)['"]?$/.exec(node?.text() ?? '')?.[1] ?? ''] ?? null;
}
