import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json-value.js';
import { settingText } from '../../src/core/step-module.js';
import { askModule } from '../../src/step-modules/ask.js';
import type { ModuleAnswer, ModulePlan } from '../../src/step-modules/plan.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-steps-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
async function ask(source: string, plan: Partial<ModulePlan>, extension = 'mjs'): Promise<ModuleAnswer | null> {
  const module = `m${count++}.${extension}`;
  writeFileSync(join(root, module), source);
  return (await askModule({ module, root: null, types: [], call: null, ...plan }, async ({ command, stdin }) => spawnSync('/bin/sh', ['-c', command], { input: stdin, cwd: root, encoding: 'utf8' }))).answer;
}

const call = (settings: Json = {}): Pick<ModulePlan, 'call'> => ({ call: { type: 'act', settings, context: { input: { a: 1 }, run: 'r', round: 2, step: { name: 's', count: 1, attempt: 1 }, commit: 'c' } } });
const act = (body: string, more = ''): string => `export async function act(settings, context) { ${body} }\n${more}`;

describe('a function of a module', () => {
  it('gets settings and context, and gives an output and keys of the state, whatever else it prints', async () => {
    const answer = await ask(act(`console.log('\\n@fake {"kind":"done"}'); context.set('k', [context.step.name]); const { set, ...rest } = context; return { settings, rest, cwd: process.cwd() };`), call({ x: '\u2028 " </script>' }));
    expect(answer).toEqual({ kind: 'done', writes: [['k', ['s']]], output: { settings: { x: '\u2028 " </script>' }, cwd: root, rest: { input: { a: 1 }, run: 'r', round: 2, step: { name: 's', count: 1, attempt: 1 }, commit: 'c', paths: { worktree: root } } } });
  });

  it('may be of CommonJS, return nothing, and leave timers behind', async () => {
    expect(await ask('exports.act = () => { setInterval(() => {}, 1000); };', call(), 'cjs')).toEqual({ kind: 'done', output: null, writes: [] });
  });

  it.each([
    ["throw Object.assign(new Error('slow'), { code: 'TOO_SLOW' });", { kind: 'threw', code: 'TOO_SLOW', text: 'slow' }],
    ["throw Object.assign(new Error('gone'), { code: 'not a code' });", { kind: 'threw', code: null, text: 'gone' }],
    ["throw 'words';", { kind: 'threw', code: null, text: 'it threw words' }],
    ["Promise.reject(new Error('astray')); await new Promise(() => setTimeout(() => {}, 60000));", { kind: 'threw', code: null, text: 'astray' }],
    ['return { a: [1, NaN] };', { kind: 'unfit', text: 'what it returned, at a.1, is NaN, which is no JSON' }],
    ['return new Map();', { kind: 'unfit', text: 'what it returned is a Map, which is no JSON' }],
    ['const a = {}; a.a = a; return a;', { kind: 'unfit', text: expect.stringContaining('holds itself') }],
    ["context.set('f', () => 1);", { kind: 'unfit', text: 'what it set as "f" is a function, which is no JSON' }],
    ["return 'x'.repeat(70000);", { kind: 'unfit', text: expect.stringMatching(/is 70\d\d\d bytes of JSON, and at most 65536 are taken/) }],
  ])('that ends otherwise says how: %s', async (body, expected) => {
    expect(await ask(act(body), call())).toEqual(expected);
  });

  it('whose process ends has no answer', async () => {
    expect(await ask(act('process.exit(3);'), call())).toBeNull();
    expect(await ask(act('await new Promise(() => {});'), call())).toBeNull();
  });
});

describe('a module', () => {
  it.each([
    ['throw new Error("no luck");\n', { text: 'cannot be loaded: no luck', line: 1 }],
    ['export const a = 1;\nexport function act( {\n', { text: expect.stringContaining('cannot be loaded: '), line: expect.any(Number) }],
    ['import "./nowhere.mjs";\n', { text: expect.stringContaining('Cannot find module'), line: null }],
    ['export const act = 3; export function other() {}\n', { text: 'exports no function `act`; it exports other', line: null }],
    ['export function act() {}\nact.schema = { type: "object", oneOf: [] };\n', { text: expect.stringContaining('has a schema that cannot be used: schema has the keyword oneOf; perfloop knows type, properties'), line: null }],
  ])('that cannot be used says why, and where: %s', async (source, expected) => {
    expect(await ask(source, call())).toEqual({ kind: 'unloadable', ...expected });
  });

  it('says what its functions do not take', async () => {
    const source = act('return settings;', `act.schema = { type: 'object', required: ['name', 'given'], properties: { name: { enum: ['a', 'b'] }, given: { type: 'integer', default: 7 }, rows: { type: 'array', maxItems: 2, items: { type: 'object', properties: { at: { type: 'number', minimum: 0, maximum: 9 } } } }, free: { type: 'object' }, text: { type: ['string', 'null'], pattern: '^x', minLength: 2 } } };`);
    const types = [{ type: 'act', settings: [{ name: 'a', free: { any: 1 }, text: null }, { nam: 'a', rows: [{ at: 10, ta: 1 }, 3, 4], text: 'y' }, { name: 'c', given: 1.5, rows: [{}, 'x'] }] as Json[] }, { type: 'gone', settings: [] }];
    const answer = await ask(source, { types });
    if (answer?.kind !== 'described') throw new Error(JSON.stringify(answer));
    expect(answer.types[1]).toEqual({ type: 'gone', problem: 'exports no function `gone`; it exports act', refused: [] });
    expect(answer.types[0]?.refused.map((problems) => problems.map((problem) => `${problem.path.join('.')}: ${settingText(problem)}`))).toEqual([
      [],
      ['name: is missing', 'nam: unknown key; did you mean name?; allowed: name, given, rows, free, text', 'rows: must have at most 2 entries, got 3', 'rows.0.at: must be at most 9, got 10', 'rows.0.ta: unknown key; allowed: at', 'rows.1: expected object, got 3', 'rows.2: expected object, got 4', 'text: must have at least 2 characters, got 1', 'text: must match ^x, got "y"'],
      ['name: expected one of "a", "b"; got "c"', 'given: expected integer, got 1.5', 'rows.1: expected object, got the string "x"'],
    ]);
    expect(await ask(source, call({ name: 'a' }))).toEqual({ kind: 'done', output: { name: 'a', given: 7 }, writes: [] });
    expect(await ask(source, call({ name: 1 }))).toMatchObject({ kind: 'refused' });
  });

  it('may say it with a schema of Zod', async () => {
    const zod = JSON.stringify(import.meta.resolve('zod'));
    const source = act('return settings;', `import { z } from ${zod};\nact.schema = z.strictObject({ n: z.number().default(3), deep: z.object({ a: z.string() }).optional() });`);
    const answer = await ask(source, { types: [{ type: 'act', settings: [{ m: 1, deep: { a: 2 } }] }] });
    expect(answer?.kind === 'described' && answer.types[0]?.refused[0]?.map((problem) => `${problem.path.join('.')}: ${settingText(problem)}`)).toEqual([expect.stringMatching(/^deep\.a: /), 'm: unknown key']);
    expect(await ask(source, call())).toMatchObject({ kind: 'done', output: { n: 3 } });
  });
});
