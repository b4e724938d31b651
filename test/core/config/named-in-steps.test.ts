import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { problemsOf } from './problems-of.js';

const agents = (...names: string[]): string => names.map((name) => `[agents.${name}]\ncommand = ["x"]\n`).join('');
const step = (rest: string): string => `[[steps]]\ntype = "agent"\n${rest}\n`;

describe('a name that is nothing', () => {
  it.each([
    [`${step('agent = "codx"')}${agents('codex', 'critic')}`, '3: steps[0].agent: there is no [agents.codx]; did you mean codex? there are codex, critic'],
    [`[[steps]]\ntype = "parallel"\n[[steps.steps]]\ntype = "agent"\nagent = "other"\n${agents('codex')}`, 'steps[0].steps[0].agent: there is no [agents.other]; there are codex'],
    [step('agent = "codex"'), 'steps[0].agent: there is no [agents.codex]; add that table'],
    [step(''), 'steps[0].agent: is missing, and there is no agent that it could be'],
    [`${step('')}${agents('one', 'two')}`, 'steps[0].agent: is missing: say which agent works; there are one, two'],
    [`${step('')}${agents('one', 'boss')}[propose]\norchestrator = "bos"\n`, 'propose.orchestrator: there is no [agents.bos]; did you mean boss? there are one, boss'],
    [`[[steps]]\ntype = "decide"\nexplain = "critc"\n${agents('critic')}[models.small]\nprovider = "openai"\nmodel = "m"\napi_key = "$K"\n`, '3: steps[0].explain: there is neither [models.critc] nor [agents.critc]; did you mean critic? there are small, critic'],
    ['[[steps]]\ntype = "decide"\nexplain = "m"\n', 'steps[0].explain: there is neither [models.m] nor [agents.m]; add one of those tables'],
    [`[[steps]]\ntype = "decide"\nexplain = "m"\n${agents('m')}[models.m]\nprovider = "openai"\nmodel = "m"\napi_key = "$K"\n`, 'steps[0].explain: is both [models.m] and [agents.m]'],
    ['[[steps]]\ntype = "decide"\nmay_overrule = true\n', 'steps[0].may_overrule: is for who explains the decision, and nobody does'],
    [`[[steps]]\ntype = "judge"\nexplain = "a"\n${agents('a')}`, 'steps[0].explain: is nothing that a step of type judge takes; only decide does'],
    ['[propose]\nmodels = ["smal"]\n[models.small]\nprovider = "openai"\nmodel = "m"\napi_key = "$K"\n', 'propose.models[0]: there is no [models.smal]; did you mean small? there are small'],
  ])('%s is refused, with the nearest one', (text, why) => {
    expect(problemsOf(text).join('\n')).toContain(why);
  });

  it('is none of an agent that is the only one, or the only one besides the orchestrator', () => {
    expect(parseConfig(`${step('')}${agents('one')}`, 'f').steps[0]?.agent).toBeUndefined();
    expect(parseConfig(`${step('')}${agents('one', 'boss')}[propose]\norchestrator = "boss"\n`, 'f').propose.orchestrator).toBe('boss');
  });
});
