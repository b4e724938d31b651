import { readFileSync } from 'node:fs';
import { firstLine, programOutput } from '../../measure/program-output.js';
import { findNsys } from '../nsys-binaries.js';
import type { RecorderKind } from './recorder.js';

export type ProfilerName = Exclude<RecorderKind, 'hooks'>;

/** A profiler, whether it can be used here, and how to get it. */
export interface Profiler {
  kind: ProfilerName;
  title: string;
  /** What it says of its version; null where it is not there. */
  found: string | null;
  /** Why it cannot record although it is there; null where it can. */
  hindrance: string | null;
  /** For what. */
  sees: string;
  install: string;
}

type Environment = NodeJS.ProcessEnv;

/** Every profiler that perfloop records with, asked for its version. `python`: the interpreter of the command, whose torch counts. */
export async function findProfilers(env: Environment, python = 'python3'): Promise<Profiler[]> {
  const nsys = findNsys(env);
  const said = async (program: string | null, ...args: string[]): Promise<string | null> => (program === null ? null : firstLine(await programOutput(program, args, env)));
  const [nsysSays, torchSays, perfSays, nodeSays, pySpySays, pythonSays] = await Promise.all([said(nsys, '--version'), torchVersion(python, env), said('perf', '--version'), said('node', '--version'), said('py-spy', '--version'), said(python, '--version')]);
  return [
    { kind: 'nsys', title: 'Nsight Systems', found: nsysSays, hindrance: null, sees: 'CUDA, NVTX, the operating system and CPU samples of all processes', install: 'NVIDIA: the package nsight-systems-cli, or the CUDA toolkit. Debian: apt-get install nsight-systems (component non-free)' },
    { kind: 'torch', title: 'PyTorch profiler', found: torchSays, hindrance: null, sees: 'operators, and kernels where there is a GPU, of Python programs that import torch', install: `pip install torch, or apt-get install python3-torch` },
    { kind: 'perf', title: 'perf', found: perfSays, hindrance: perfHindrance(), sees: 'native code of all processes', install: 'apt-get install linux-perf (Debian), linux-tools-generic (Ubuntu)' },
    { kind: 'v8', title: 'V8 profiler', found: nodeSays, hindrance: null, sees: 'JavaScript of all Node processes and threads', install: 'part of Node 12 and newer' },
    { kind: 'pyspy', title: 'py-spy', found: pySpySays, hindrance: null, sees: 'Python by samples, all processes and threads', install: 'pip install py-spy' },
    { kind: 'cprofile', title: 'cProfile', found: pythonSays, hindrance: null, sees: 'every call of Python, all processes', install: 'part of Python 3.7 and newer' },
  ];
}

export const isUsable = ({ found, hindrance }: Profiler): boolean => found !== null && hindrance === null;

/** Without importing it, which takes seconds. */
function torchVersion(python: string, env: Environment): Promise<string | null> {
  const ask = 'import importlib.metadata as m, importlib.util as u, sys\nif u.find_spec("torch") is None: sys.exit(1)\ntry: print("torch", m.version("torch"))\nexcept m.PackageNotFoundError: print("torch")';
  return programOutput(python, ['-c', ask], env).then(firstLine);
}

/** Above 2, the kernel lets only root sample, whoever's processes they are (perf_event_open(2)). */
function perfHindrance(): string | null {
  if (process.getuid?.() === 0) return null;
  try {
    const paranoid = Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8'));
    return paranoid > 2 ? `kernel.perf_event_paranoid is ${paranoid}: run \`sudo sysctl kernel.perf_event_paranoid=2\`` : null;
  } catch {
    return null;
  }
}
