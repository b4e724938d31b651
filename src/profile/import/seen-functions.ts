import { readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { entry } from '../tools/entry.js';
import type { Frame } from './model.js';

/** A place on a stack. `line` is the one that was running, where the profiler tells that. */
export interface Seen {
  frame: Frame;
  line: number | null;
}

/**
 * Functions of profilers that name the running line, not where the function begins (py-spy, perf with srcline): the lines of one
 * function become one frame. It begins where its `def` is, where the file is on this machine, else at its first line that was seen;
 * then two functions of one name in one file are taken for one.
 */
export class SeenFunctions {
  readonly #frames = new Map<string, Frame>();
  readonly #definitions = new Map<string, Map<string, number[]>>();

  seen(made: Frame, line: number | null): Seen {
    const begins = line === null ? null : this.#definition(made, line);
    const key = `${made.module}\0${made.name}\0${made.kind}\0${begins ?? ''}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = { ...made, line: begins ?? line };
      this.#frames.set(key, frame);
    } else if (line !== null && begins === null && (frame.line === null || line < frame.line)) frame.line = line;
    return { frame, line };
  }

  /** The last `def` of that name above the line. */
  #definition({ module, name }: Frame, line: number): number | null {
    if (!isAbsolute(module) || !module.endsWith('.py')) return null;
    const lines = entry(this.#definitions, module, () => definitionsIn(module)).get(name.split('.').at(-1) ?? '') ?? [];
    return lines.findLast((one) => one <= line) ?? null;
  }
}

function definitionsIn(file: string): Map<string, number[]> {
  const definitions = new Map<string, number[]>();
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > 2 * 2 ** 20) return definitions;
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, name] = /^\s*(?:async\s+)?def\s+(\w+)/.exec(text) ?? [];
    if (name !== undefined) definitions.set(name, [...(definitions.get(name) ?? []), index + 1]);
  }
  return definitions;
}
