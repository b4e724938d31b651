import type { SgNode } from '@ast-grep/napi';
import { all } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';

/** Methods of loggers, progress bars and writers of metrics. */
const logMethods = new Set(['set_postfix', 'set_description', 'set_postfix_str', 'set_description_str', 'add_scalar', 'add_scalars', 'log', 'info', 'debug', 'warning', 'write', 'log_metric', 'log_metrics', 'log_dict', 'log_scalar', 'report_scalar', 'add_text']);
/** What `write` is of, where it is no file. */
const screens = /^(?:tqdm(?:\.tqdm)?|sys\.std(?:out|err)|p?bar|progress\w*)$/;
/** What may be called in the arguments of a statement that logs: it answers, and changes nothing. */
const answering = new Set(['item', 'cpu', 'detach', 'numpy', 'tolist', 'mean', 'sum', 'max', 'min', 'norm', 'std', 'sqrt', 'exp', 'log', 'format', 'get_last_lr', 'size', 'dim', 'numel', 'float', 'double', 'abs', 'argmax', 'to', 'items', 'keys', 'values', 'join', 'get', 'ljust', 'rjust', 'time', 'perf_counter', 'round', 'strftime', 'now', 'memory_allocated', 'max_memory_allocated', 'eq', 'view', 'dict']);
const answeringFunctions = new Set(['float', 'int', 'len', 'round', 'str', 'sum', 'max', 'min', 'abs', 'format', 'dict', 'list', 'zip', 'range', 'repr']);

/** `print(…)`, `logger.info(…)`, `pbar.set_postfix(…)`, `wandb.log(…)`, `tqdm.write(…)`. */
export function isLogger(module: PyModule, call: SgNode): boolean {
  if (call.kind() !== 'call') return false;
  const method = methodOf(call);
  if (method === null) return call.field('function')?.text() === 'print';
  const path = module.pathOf(call.field('function')) ?? '';
  return logMethods.has(method.method) && !/^torch\b|^math\b|^np\b|^numpy\b/.test(path) && (method.method !== 'write' || screens.test(method.receiver.text()));
}

/** A logger's call where nothing in its arguments does anything else: it may be left out. */
export function isLog(module: PyModule, call: SgNode): boolean {
  const list = call.field('arguments');
  return isLogger(module, call) && list !== null && areAnswers(module, list);
}

/** Whether nothing is called in a node but what answers, and changes nothing. */
export function areAnswers(module: PyModule, node: SgNode): boolean {
  return all(node, 'call').every((inner) => answers(module, inner)) && all(node, 'named_expression', 'await', 'yield').length === 0;
}

function answers(module: PyModule, call: SgNode): boolean {
  const path = module.pathOf(call.field('function'));
  if (path !== null) return /^(?:torch|math|numpy|time|datetime)\./.test(path) && !path.endsWith('_');
  const method = methodOf(call);
  return method === null ? answeringFunctions.has(call.field('function')?.text() ?? '') : answering.has(method.method);
}
