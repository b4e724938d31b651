import { describe, expect, it } from 'vitest';
import { checkRunSize } from '../../../src/core/run/run-size.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import type { Config } from '../../../src/core/config/schema.js';
import type { RunInput } from '../../../src/core/inputs.js';
import { planOf } from '../../../src/core/pipeline/plan-of.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete } from '../../../src/core/pipeline/machine/complete.js';
import { dump } from '../../../src/core/pipeline/machine/dump.js';
import { end } from '../../../src/core/pipeline/machine/end.js';
import { ready } from '../../../src/core/pipeline/machine/ready.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import { jsonBytes, mostCarried, stateBytes } from '../../../src/core/run/carried.js';

const chain = (count: number, command: string): Config => parseConfig(`[commands]\nbenchmark = "true"\n${Array.from({ length: count }, (_, index) => `[[steps]]\ntype = "command"\nname = "step-${index}"\nneeds = [${index === 0 ? '' : `"step-${index - 1}"`}]\ncommand = "${command}"\n`).join('')}`, 'perfloop.toml');

const inputOf = (config: Config): RunInput => ({ v: 1, run: 'r-aaaaaaaa', target: { id: 't', name: 't', origin: '/t', revision: 'HEAD', base: { commit: 'a'.repeat(40), bundle: null } } as unknown as RunInput['target'], config, queuePrefix: 'perfloop', who: 'a', warnings: [] });

describe('how large a run may be', () => {
  it('10,000 steps are read, checked and planned, and refused before the run begins, with what takes the room', () => {
    const config = chain(10_000, 'node scripts/part.js --with some --arguments');
    expect(planOf(config).steps).toBe(10_000);
    const error = (() => {
      try {
        return checkRunSize(inputOf(config));
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({ code: 'PL_RUN_TOO_LARGE', where: 'perfloop.toml: steps', message: expect.stringMatching(/^the run would have to carry 2,\d{3} KB, of which 1,\d{3} KB for its 10,000 steps and 1,100 KB for how far each of them is; Temporal takes 1,800 KB$/) as string });
  });

  it('of a run that goes on after another one, what that left is told', () => {
    const done = Array.from({ length: 40 }, (_, index) => ({ step: `step-${index}`, count: 1, hash: 'a', output: 'x'.repeat(50_000) }));
    const input = { ...inputOf(chain(40, 'true')), resume: { model: {}, done, hashes: [] } } as unknown as RunInput;
    expect(() => checkRunSize(input)).toThrow(expect.objectContaining({ code: 'PL_RUN_TOO_LARGE', where: '--resume', message: expect.stringContaining(', and 2,002 KB for what the earlier run left; Temporal takes 1,800 KB') as string, fix: expect.stringContaining('Start a new run without --resume') as string }));
  });

  it('what is not refused can be carried on at its end', () => {
    const config = chain(4000, 'true');
    expect(() => checkRunSize(inputOf(config))).not.toThrow();
    const machine = start(planOf(config), { run: 'r-aaaaaaaa', input: { round: 1 } }, 0);
    for (let now = Date.UTC(2026, 0); end(machine) === null; now += 1000) {
      for (const { name } of ready(machine, now)) {
        begin(machine, name, now);
        complete(machine, name, { kind: 'done', output: { wall_ms: 123.456789 } }, now);
      }
    }
    const state = jsonBytes(dump(machine));
    expect(state).toBeLessThan(1.2 * stateBytes(4000));
    expect(jsonBytes(config) + state).toBeLessThan(mostCarried);
  });

  it('counts bytes as they are sent', () => {
    for (const text of ['', 'abc', 'é', '日本', '🙂', '\ud800', '\n"\\', 'aé日🙂']) expect(jsonBytes({ text })).toBe(Buffer.byteLength(JSON.stringify({ text })));
  });
});
