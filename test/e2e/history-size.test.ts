import { describe, expect, it } from 'vitest';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun } from './runs.js';
import { proposer, scoredProgram } from './target.js';

const engine = sharedEngine();

/** In each round every function gets a comment that it did not have, so that each candidate is new; they do not help. It counts outside of its worktree. */
const neverDone = `const known = readFileSync(process.argv[2], { flag: 'a+', encoding: 'utf8' });
writeFileSync(process.argv[2], known + 'x');
write(text + '// ' + known.length + '\\n');
console.log(\`comment \${known.length} on \${name}\`);`;

describe('the history of a long run', () => {
  const target = makeTarget((outside) => scoredProgram({ alpha: 20, beta: 16 }, `[sandbox]\nmode = "off"\n[loop]\nrounds = 10\nplateau = 10\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, neverDone)} ${outside}/known"`));

  it('stays far below 2 MB in each execution over ten rounds', async () => {
    const run = await startRun(engine, target);
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', round: 10, accepted: 0 });
    // Two a round; a busy machine may show a third function hot, or one of the two not.
    expect(status.trials.length).toBeGreaterThanOrEqual(15);

    const sizes: { workflow: string; bytes: number; events: number }[] = [];
    for await (const { workflowId, runId } of engine.client.workflow.list({ query: `WorkflowId STARTS_WITH "${run.id}"` })) {
      const { historySize = 0, historyLength } = await engine.client.workflow.getHandle(workflowId, runId).describe();
      sizes.push({ workflow: workflowId, bytes: historySize, events: historyLength });
    }
    // Ten executions of the run, and one of each trial.
    expect(sizes.filter(({ workflow }) => workflow === run.id)).toHaveLength(10);
    expect(sizes).toHaveLength(10 + status.trials.length);
    for (const size of sizes) expect(size.bytes, JSON.stringify(size)).toBeGreaterThan(0);
    const largest = sizes.reduce((one, other) => (one.bytes > other.bytes ? one : other));
    expect(largest.bytes, JSON.stringify(largest)).toBeLessThan(2_000_000 / 4);
    console.log(`largest of ${sizes.length} histories: ${largest.workflow}, ${largest.bytes} bytes, ${largest.events} events`);
  });
});
