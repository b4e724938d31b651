import { programName } from './program-name.js';

/** A process as py-spy names it, without its command line. */
export interface PySpyProcess {
  pid: number;
  /** Of the program; empty where py-spy could not tell. */
  name: string;
}

/** Reads a frame that stands for a process, `process 12:"python3 train.py"`; null for any other. */
export function pySpyProcess(frame: string): PySpyProcess | null {
  const [, pid, command = ''] = /^process (\d{1,9}):(.*)$/s.exec(frame) ?? [];
  return pid === undefined ? null : { pid: Number(pid), name: programName(command) };
}

/**
 * Takes the processes off the front of a stack: with `--subprocesses`, py-spy puts each ancestor before the process itself, which is
 * the innermost. A command line can hold semicolons, at which the stack was cut: what is before the last closing quote is part of one.
 */
export function withoutProcesses(stack: readonly string[]): { process: PySpyProcess | null; rest: readonly string[] } {
  let process = stack[0] === undefined ? null : pySpyProcess(stack[0]);
  if (process === null) return { process, rest: stack };
  let from = Math.max(1, stack.findLastIndex((part) => part.endsWith('"') && !part.startsWith('thread (')) + 1);
  for (const part of stack.slice(1, from)) process = pySpyProcess(part) ?? process;
  for (let next = pySpyProcess(stack[from] ?? ''); next !== null; next = pySpyProcess(stack[from] ?? '')) {
    process = next;
    from += 1;
  }
  return { process, rest: stack.slice(from) };
}
