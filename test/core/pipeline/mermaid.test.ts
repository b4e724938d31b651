import { describe, expect, it } from 'vitest';
import { mermaid } from '../../../src/core/pipeline/graph/mermaid.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { encodeStates } from '../../../src/core/pipeline/step-states.js';
import { step } from './support/run.js';

describe('a plan as a Mermaid flowchart', () => {
  it('shows steps, groups as subgraphs, conditions and jumps', () => {
    const chart = mermaid(plan([
      { type: 'profile' },
      { type: 'race', name: 'tries', steps: [step('a'), { type: 'pipeline', name: 'b', steps: [step('b1'), step('b2', { enabled: false })] }] },
      step('bench', { when: 'defined(steps.tries.output)', next: [{ to: 'tries', when: 'steps.bench.count < 3' }, { to: 'profile' }] }),
    ]));
    expect(chart).toBe(`flowchart TD
  n1["profile"]
  subgraph n2["tries (race)"]
    direction LR
    n3["a (step)"]
    subgraph n4["b (pipeline)"]
      n5["b1 (step)"]
      n6["b2 (step)"]
    end
  end
  n9["bench (step)<br/>when defined(steps.tries.output)"]
  n1 --> n2
  n5 --> n6
  n2 --> n9
  n9 -.->|"steps.bench.count #60; 3"| n2
  n9 -.-> n1
  classDef disabled stroke-dasharray: 5 5
  class n6 disabled
`);
  });

  it('colours what a run made of them', () => {
    const planned = plan([step('a'), { type: 'parallel', name: 'b', steps: [step('b1'), step('b2')] }, step('c')]);
    const chart = mermaid(planned, { states: encodeStates(['done', 'running', 'done', 'running', 'waiting']), asking: ['b2'] });
    expect(chart).toMatch(/class n1,n3 done\n/);
    expect(chart).toMatch(/classDef running [^\n]+\n {2}class n2 running\n/);
    expect(chart).toMatch(/class n4 asking\n/);
    expect(chart).not.toMatch(/class [^\n]*n6/);
    expect(mermaid(planned)).not.toContain('class');
  });

  it('escapes names that are syntax', () => {
    const chart = mermaid(plan(['end', 'a"]; click x "javascript:1"', '<script>', 'ünïcode 🚀', 'a\nb'].map((name) => step(name))));
    expect(chart).not.toMatch(/<script>|"\];|click x "/);
    expect(chart).toContain('n2["a#34;#93;#59; click x #34;javascript:1#34; (step)"]');
    expect(chart).toContain('n4["ünïcode 🚀 (step)"]');
    expect(chart).toContain('n5["a<br/>b (step)"]');
  });
});
