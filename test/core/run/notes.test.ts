import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { biasNote, loadNote, nothingToTryNote, untestedNote } from '../../../src/core/run/notes.js';

const configOf = (commands: string) => parseConfig(`[commands]\nbenchmark = "b"\n${commands}`, 'perfloop.toml');

describe('what is said when there are no tests', () => {
  test('nothing is said when there are some', () => {
    expect(untestedNote(configOf('test = "t"'))).toBeNull();
  });

  test('the benchmark is all there is', () => {
    expect(untestedNote(configOf(''))).toBe('No test command is configured: nothing but the benchmark says whether a candidate is correct.');
  });

  test('a comparison of outputs counts for something', () => {
    expect(untestedNote(configOf('check = "c"'))).toBe('No test command is configured: nothing but the benchmark and the comparison of outputs say whether a candidate is correct.');
  });
});

describe('what is said of a round without candidates', () => {
  const round = { findings: 3, ranked: 0, hopeless: 0, triedBefore: 0 };

  test('nothing, when there are some, or each has its reason', () => {
    expect(nothingToTryNote({ ...round, ranked: 1 })).toBeNull();
    expect(nothingToTryNote({ ...round, hopeless: 1 })).toBeNull();
  });

  test('nothing is hot', () => {
    expect(nothingToTryNote({ ...round, findings: 0 })).toBe('Nothing to try: the profile shows no hot function in files of the repository.');
  });

  test('nobody proposed anything, or nothing further', () => {
    expect(nothingToTryNote(round)).toBe('Nothing to try: no proposer has a change for any of the 3 hot functions.');
    expect(nothingToTryNote({ ...round, findings: 1, triedBefore: 2 })).toBe('Nothing to try: no proposer has another change for the one hot function.');
  });
});

describe('what is said of a biased setting', () => {
  const noise = { pairs: 24, spread: 0.05, bias: 0.12, biasLower95: Math.log(1.113), secondsPerSample: 0.2 };

  test('nothing, while it does not raise what is asked for', () => {
    expect(biasNote(0.12, noise)).toBeNull();
    expect(biasNote(0.02, { ...noise, biasLower95: 0 })).toBeNull();
  });

  test('by how much, and what it means', () => {
    expect(biasNote(0.02, noise)).toMatch(/^Two worktrees of the base differ by at least 11\.3% in 24 A\/A pairs, so a candidate must gain more than that, not the 2\.0% of verdict\.min_gain\./);
  });
});

test('a service that varies a lot is told to make its load longer, and nothing else is', () => {
  const noise = { pairs: 8, spread: 0.1, bias: 0, biasLower95: 0, secondsPerSample: 2 };
  const { service } = parseConfig('[service]\nstart = "a"\nready = "b"\nload = "c"', 'perfloop.toml');
  expect(loadNote({ service }, noise)).toContain('varies by 10.0%. Make the load longer before asking for more samples: about 20 times');
  expect(loadNote({ service }, { ...noise, spread: 0.02 })).toBeNull();
  expect(loadNote({ service: undefined }, noise)).toBeNull();
});
