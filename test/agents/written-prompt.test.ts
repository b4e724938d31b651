import { expect, it } from 'vitest';
import { parseConfig } from '../../src/core/config/parse.js';
import { partsOf } from '../../src/agents/prompt-template.js';
import { writtenPrompt, type PromptParts } from '../../src/agents/written-prompt.js';

const target = { id: 'x', function: 'step', file: 'src/train.py', line: 3, share: 0.4567, samples: 12 };
const parts: PromptParts = {
  config: parseConfig('[commands]\nbenchmark = "python bench.py"\n[target]\nprotected = ["data/**"]\n', 'perfloop.toml'),
  targets: [target],
  context: [{ target, source: { from: 3, to: 4, text: 'def step():\n    """{{history}} ``` $&"""' }, callSites: [{ file: 'bench.py', line: 9, caller: '<module>', text: 'step()', confidence: 'exact' }], more: 2 }],
  history: [{ title: 'a set', file: 'src/train.py', verdict: 'rejected', ratio: 0.98, why: 'slower' }],
  state: { note: 'try sets', list: [1] },
  input: 7,
};
const template = (text: string) => ({ file: 'tools/prompt.md', text });

it('fills each part into a template of the user, and looks at nothing that was filled in', () => {
  expect(writtenPrompt(parts, template('{{targets}}|{{ state.note }}|{{state.list}}|{{input}}|{{commands}}|{{protected}}|{{history}}'))).toBe('1. `step` (src/train.py:3): 45.7% of the time in it, 12 samples|try sets|[\n  1\n]|7|- benchmark: `python bench.py`|, and `data/**`|- rejected: a set (src/train.py), measured 0.980x. slower');
  const context = writtenPrompt(parts, template('{{context}}'));
  expect(context).toContain('````python\ndef step():\n    """{{history}} ``` $&"""\n````');
  expect(context).toContain('- bench.py:9, in <module>: `step()`\n- and 2 more places');
});

it('says what a template asks for, and what does not exist', () => {
  expect(partsOf('{{targets}} {{state.a.b}} {{targets}} { {no} }', 'p.md')).toEqual(['targets', 'state.a.b']);
  expect(() => partsOf('{{target}}', 'p.md')).toThrow('{{target}}, which is nothing; did you mean targets?');
  expect(() => writtenPrompt(parts, template('{{state.other}}'))).toThrow('{{state.other}}, and nothing of that name is there');
  expect(() => writtenPrompt({ ...parts, input: undefined }, template('{{input}}'))).toThrow('{{input}}');
});

it('tells the targets and their context where there is no template', () => {
  const prompt = writtenPrompt(parts, null);
  for (const text of ['1. `step` (src/train.py:3): 45.7%', 'def step():', 'bench.py:9', 'Do not repeat what failed before']) expect(prompt).toContain(text);
  expect(prompt).not.toMatch(/\{\{(?!history)/);
});

it('leaves out what there is no room for, and says so', () => {
  const long = { target, source: { from: 1, to: 2, text: 'x'.repeat(150_000) }, callSites: [], more: 0 };
  expect(writtenPrompt({ ...parts, context: [long, long] }, template('{{context}}'))).toMatch(/Too long to be shown: 1 more\.$/);
});
