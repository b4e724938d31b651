import { expect, it } from 'vitest';
import { keyNames, modelFor } from '../../../src/core/config/models.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { proposingModels } from '../../../src/core/config/proposing-models.js';
import { PerfloopError } from '../../../src/core/errors.js';

function problems(text: string): string {
  try {
    parseConfig(text, 'p');
  } catch (error) {
    if (error instanceof PerfloopError) return error.problems.join('\n');
    throw error;
  }
  return '';
}

it('lays what a phase says over the model it names', () => {
  const config = parseConfig('[models.a]\nprovider = "openai"\nmodel = "m"\napi_key = "$A_KEY"\nmax_tokens = 1000\n[propose]\nmodels = ["a"]\n[phases.optimize]\nmodel = "a"\nmax_tokens = 2000\nturns = 3', 'p');
  const direct = parseConfig('[phases.optimize]\nmodel = "gpt-5"\nprovider = "openai"\napi_key = "$B_KEY"', 'p');
  expect(proposingModels(config)).toEqual(['a']);
  expect(modelFor(config, 'a', 'optimize')).toMatchObject({ name: 'a', model: 'm', max_tokens: 2000, bounds: { turns: 3, timeout: 1_200_000 }, timeout: 600_000 });
  expect(proposingModels(direct)).toEqual(['gpt-5']);
  expect(modelFor(direct, 'gpt-5', 'optimize')).toMatchObject({ provider: 'openai', model: 'gpt-5', api_key: '$B_KEY', bounds: { turns: 16 } });
  expect([...keyNames(config), ...keyNames(direct)]).toEqual(['A_KEY', 'B_KEY']);
});

it('uses no model unless one is named, also with the config of an earlier version', () => {
  expect(proposingModels(parseConfig('[models.a]\nprovider = "openai"\nmodel = "m"\napi_key = "$K"', 'p'))).toEqual([]);
  expect(proposingModels({ propose: {} })).toEqual([]);
});

it('names what is missing, and never shows what may be a key', () => {
  expect(problems('[propose]\nmodels = ["writer"]\n[models.a]\nprovider = "anthropic"\nmodel = "m"')).toMatch(/p:2: propose.models\[0\]: there is no \[models.writer\]; there are a\np:3: models.a.api_key: is missing: name the environment variable/);
  const planted = 'sk-planted-0123456789abcdef';
  for (const value of [`"${planted}"`, `["${planted}"]`, `"$${planted}"`, `"https://u:${planted}@x"`]) {
    for (const key of ['api_key', 'base_url']) {
      const text = problems(`[models.a]\nprovider = "openai"\nmodel = "m"\n${key} = ${value}`);
      expect(text).toContain(`models.a.${key}`);
      expect(text).not.toContain('planted');
    }
  }
});

it('lets no model and no agent go by the name of a proposer that is trusted more', () => {
  const named = 'is the name of a proposer of perfloop; choose another';
  expect(problems('[models.judge]\nprovider = "openai"\nmodel = "m"\napi_key = "$K"')).toContain(named);
  expect(problems('[agents.ablation]\nkind = "codex"')).toContain(named);
  expect(problems('[propose]\nmodels = ["Judge"]\n[phases.optimize]\nprovider = "openai"\napi_key = "$K"')).toContain(named);
  expect(problems('[phases.optimize]\nmodel = "recipes"\nprovider = "openai"\napi_key = "$K"')).toContain(named);
});
