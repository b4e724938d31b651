import { describe, expect, it } from 'vitest';
import { readOutput } from '../../src/activities/read-output.js';
import type { CommandResult } from '../../src/measure/command.js';

const printed = (stdout: string): CommandResult => ({ ok: true, exitCode: 0, signal: null, wallMs: 1, timedOut: false, cancelled: false, usage: null, outlived: { ms: 0, ended: 0, processes: [] }, stdout, stderr: '', droppedBytes: 0 });
const read = (stdout: string): unknown => readOutput(printed(stdout), { json: true, metrics: {} });

describe('what a step prints as its output', () => {
  it.each(['null', '0', 'false', '""', '{"a":[1,{"__proto__":2}]}'])('%s is handed on as it is', (text) => {
    expect(JSON.stringify((read(text) as { json: unknown }).json)).toBe(text);
  });

  it.each([
    ['', 'what it printed is no JSON: '],
    ['{"a": NaN}', 'what it printed is no JSON: '],
    ['{"a": [1e999]}', 'what it printed is no JSON that can be handed on: .a[0] is Infinity'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'what it printed is no JSON that can be handed on: [0][0][0][0][0] is nested more than 500 levels deep'],
    [JSON.stringify('x'.repeat(70_000)), 'it printed 70 KB, and at most 66 KB are taken as an output in JSON. Let it write what is large to a file, and print the path'],
  ])('%.20s is refused', (text, why) => {
    expect(read(text)).toMatch(new RegExp(`^${why.replaceAll(/[[\]().]/g, String.raw`\$&`)}`));
  });
});
