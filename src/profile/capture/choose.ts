import type { Program } from './command-words.js';
import { isUsable, type Profiler, type ProfilerName } from './profilers.js';
import type { RecorderKind } from './recorder.js';

export interface Choice {
  kind: RecorderKind;
  /** A sentence for people. */
  why: string;
}

/** Which recorder sees most of a command. `gpu`: whether this machine has one of NVIDIA's. */
export function chooseKind(program: Program, profilers: readonly Profiler[], gpu: boolean): Choice {
  const has = (kind: ProfilerName): boolean => profilers.some((one) => one.kind === kind && isUsable(one));
  const lacks = (kind: ProfilerName): string => `${profilers.find((one) => one.kind === kind)?.title ?? kind} ${has(kind) ? '' : 'is not to be had here'}`.trim();
  const { name } = program;
  if (program.kind === 'node') return { kind: 'v8', why: `${name} runs JavaScript` };
  if (program.kind === 'python') {
    if (program.usesTorch && gpu && has('nsys')) return { kind: 'nsys', why: `${name} runs a program that imports torch, this machine has a GPU, and nsys is installed` };
    if (program.usesTorch && has('torch')) return { kind: 'torch', why: `${name} runs a program that imports torch, and ${gpu ? lacks('nsys') : 'this machine has no GPU of NVIDIA'}` };
    if (has('pyspy')) return { kind: 'pyspy', why: `${name} runs Python, and py-spy hardly slows it` };
    return { kind: 'cprofile', why: `${name} runs Python, and ${lacks('pyspy')}` };
  }
  if (program.kind === 'native') {
    if (program.usesCuda && gpu && has('nsys')) return { kind: 'nsys', why: `${name} uses CUDA, and nsys is installed` };
    if (has('perf')) return { kind: 'perf', why: `${name} is native code` };
    return { kind: 'hooks', why: `${name} is native code, but ${lacks('perf')}: only what it starts of Node and Python is seen` };
  }
  if (program.usesTorch && gpu && has('nsys')) return { kind: 'nsys', why: `${name} starts a program that imports torch, this machine has a GPU, and nsys is installed` };
  const mentions = (names: string): boolean => new RegExp(`(^|[\\s/;&|])(${names})\\b`).test(program.text);
  const [node, python] = [mentions('node|npm|npx|pnpm|yarn|tsx'), mentions('python[0-9.]*|pytest|torchrun')];
  if (node || python) return { kind: node && python ? 'hooks' : node ? 'v8' : 'cprofile', why: `${name} runs a script that starts ${node && python ? 'Node and Python' : node ? 'Node' : 'Python'}` };
  if (has('perf')) return { kind: 'perf', why: `what ${name} starts cannot be told, and perf sees all of it` };
  return { kind: 'hooks', why: `what ${name} starts cannot be told; V8 and cProfile are in each process of Node and Python` };
}
