import { all, lineOf } from '../source/tree.js';
import { methodOf } from './call.js';
import { isMade, isModelValue } from './model-calls.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { mention } from './settings.js';

/** A place that may give a model, and with it its buffers, numbers of another type: `model.half()`, `net.to(torch.bfloat16)`, an engine that does so by itself. */
export function castOfModels(program: TorchProgram): { module: PyModule; line: number; text: string } | null {
  const engine = mention(program, /^(?:deepspeed|FullyShardedDataParallel|fully_shard|apex|bitsandbytes|torch_dtype)$/);
  if (engine !== null) return engine;
  for (const module of program.modules) {
    for (const call of all(module.root, 'call')) {
      const method = methodOf(call);
      if (method === null || module.pathOf(call.field('function')) !== null) continue;
      const isCast = ['half', 'bfloat16', 'double'].includes(method.method) || (method.method === 'to' && /\b(?:float16|bfloat16|half|float64|double)\b|dtype/.test(call.field('arguments')?.text() ?? ''));
      if (!isCast) continue;
      const { receiver } = method;
      const isModel = receiver.kind() === 'call' ? isMade(program, { module, node: receiver }) || castsInChain(program, module, receiver) : receiver.text() === 'self' || isModelValue(program, { module, node: receiver });
      if (isModel) return { module, line: lineOf(call), text: method.method };
    }
  }
  return null;
}

/** `Net().cuda().half()`. */
function castsInChain(program: TorchProgram, module: PyModule, receiver: Parameters<typeof methodOf>[0]): boolean {
  const method = methodOf(receiver);
  if (method === null || !['to', 'cuda', 'eval', 'train', 'float', 'requires_grad_'].includes(method.method)) return false;
  return method.receiver.kind() === 'call' ? isMade(program, { module, node: method.receiver }) || castsInChain(program, module, method.receiver) : isModelValue(program, { module, node: method.receiver });
}
