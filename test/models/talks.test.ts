import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recordTraffic } from '../../src/client/traffic.js';
import type { CliContext } from '../../src/client/context.js';
import { talkHeld, withTalk, type ModelTalk, type ModelTalks } from '../../src/core/model-talk.js';
import type { RunStatus } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';

const record = { v: 1, hash: 'h', bytes: 1, kind: 'json' } as unknown as ModelTalk['record'];
const talk = (position: number, round = 1, over: Partial<ModelTalk> = {}): ModelTalk => ({ model: 'm', finding: `f${position}`, title: 't', real: true, proposed: 1, record, spent: { calls: 1, tokens: 10, money: 0.1 }, asked: { round, position }, candidates: null, ...over });

it('keeps a conversation that was held anew once, in place of the earlier one, and counts what both cost', () => {
  const models = [talk(0), talk(1), talk(0, 1, { proposed: 3 }), talk(0, 2), talk(0, 1, { model: 'n' })].reduce<ModelTalks | undefined>(withTalk, undefined);
  expect(models?.talks.map(({ model, finding, asked, proposed }) => [model, finding, asked?.round, proposed])).toEqual([['m', 'f1', 1, 1], ['m', 'f0', 1, 3], ['m', 'f0', 2, 1], ['n', 'f0', 1, 1]]);
  expect(models?.spent).toMatchObject({ calls: 5, tokens: 50 });
  expect(talkHeld(models, 'm', { round: 1, position: 0 })?.proposed).toBe(3);
  expect(talkHeld(models, 'm', { round: 2, position: 1 })).toBeUndefined();
  expect(talkHeld(undefined, 'm', { round: 1, position: 0 })).toBeUndefined();
});

it('says of a recording how many conversations are missing in it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-talks-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const artifacts = openArtifacts(join(root, 'artifacts'));
  const kept = await artifacts.put('json', JSON.stringify({ v: 1, verdict: null, candidates: null, transcript: null, traffic: await artifacts.put('text', 'a line\n') }));
  const models = Array.from({ length: 62 }, (_, position) => talk(position, 1, { record: kept })).reduce<ModelTalks | undefined>(withTalk, undefined);
  let told = '';
  const write = (text: string): boolean => {
    told += text;
    return true;
  };
  const context = { cwd: root, stdout: { write }, stderr: { write } } as unknown as CliContext;
  await recordTraffic(context, 'talk.jsonl', { models } as unknown as RunStatus, artifacts);
  expect(readFileSync(join(root, 'talk.jsonl'), 'utf8').split('\n')).toHaveLength(61);
  expect(told).toMatch(/talk\.jsonl is not whole: a run keeps its latest 60 conversations, and 2 earlier ones are missing/);
});
