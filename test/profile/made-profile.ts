import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

/** A V8 profile in which each stack, written from the outside in, was on top for so many milliseconds, in that order. */
export async function profiled(...stacks: [stack: string, ms: number][]): Promise<ProfileDatabase> {
  interface Node {
    id: number;
    callFrame: object;
    children: number[];
  }
  const nodes: Node[] = [{ id: 1, callFrame: callFrame('(root)'), children: [] }];
  const ids = new Map<string, Node>();
  const samples = stacks.map(([stack]) => {
    let [node] = nodes;
    let path = '';
    for (const name of stack.split(' > ')) {
      path += ` > ${name}`;
      let child = ids.get(path);
      if (!child) {
        child = { id: nodes.length + 1, callFrame: callFrame(name), children: [] };
        ids.set(path, child);
        nodes.push(child);
        node?.children.push(child.id);
      }
      node = child;
    }
    return node?.id ?? 1;
  });
  const profile = { nodes, startTime: 0, endTime: stacks.reduce((sum, [, ms]) => sum + ms * 1000, 0), samples, timeDeltas: [0, ...stacks.slice(0, -1).map(([, ms]) => ms * 1000)] };
  const folder = temporaryFolder();
  const file = join(folder, 'made.cpuprofile');
  writeFileSync(file, JSON.stringify(profile));
  return await imported([file], folder);
}

/** `name@path:line`, a builtin when there is no path. */
export function callFrame(text: string): object {
  const [functionName = '', place] = text.split('@');
  const [path, line] = place?.split(':') ?? [];
  if (path === undefined) return { functionName, url: '', lineNumber: -1, columnNumber: -1 };
  return { functionName, url: path.startsWith('core/') ? `node:${path.slice(5)}` : `file:///repo/${path}`, lineNumber: Number(line) - 1, columnNumber: 4 };
}

/** What cProfile counted of a function, in seconds, and of its callers. */
export interface Counted {
  file: string;
  line: number;
  name: string;
  calls: number;
  self: number;
  total: number;
  callers: { of: number; calls: number; self: number; total: number }[];
}

/** A file of cProfile; `of` is a place in the list. */
export function pstatsFile(functions: readonly Counted[], name = 'made.pstats'): string {
  const key = ({ file, line, name }: Counted): Buffer => tuple(text(file), int(line), text(name));
  const entries = functions.flatMap((one) => {
    const callers = one.callers.flatMap(({ of, calls, self, total }) => [key(functions[of] as Counted), tuple(int(calls), int(calls), float(self), float(total))]);
    return [key(one), tuple(int(one.calls), int(one.calls), float(one.self), float(one.total), dictionary(callers))];
  });
  const file = join(temporaryFolder(), name);
  writeFileSync(file, dictionary(entries));
  return file;
}

// Python's marshal, as far as cProfile uses it (CPython, Python/marshal.c).
const float = (value: number): Buffer => {
  const bytes = Buffer.alloc(9, 'g');
  bytes.writeDoubleLE(value, 1);
  return bytes;
};
const counted = (letter: string, value: number): Buffer => {
  const bytes = Buffer.alloc(5, letter);
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const int = (value: number): Buffer => counted('i', value);
const text = (value: string): Buffer => Buffer.concat([counted('u', Buffer.byteLength(value)), Buffer.from(value)]);
const tuple = (...parts: Buffer[]): Buffer => Buffer.concat([counted('(', parts.length), ...parts]);
const dictionary = (parts: Buffer[]): Buffer => Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('0')]);
