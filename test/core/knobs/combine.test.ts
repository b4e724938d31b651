import { describe, expect, it } from 'vitest';
import type { SpanEdit } from '../../../src/core/candidate.js';
import { proposals, type KnobCandidate } from '../../../src/core/knobs/combine.js';
import { settingText, togetherFirst, turnsAlso } from '../../../src/core/knobs/search.js';

const edit = (file: string, start: number, end = start + 3): SpanEdit => ({ file, start, end, before: 'hash', text: '-O3' });

const turned = (id: string, edits: SpanEdit[], more: Partial<KnobCandidate> = {}): KnobCandidate => ({
  id, proposer: 'knobs', recipe: id, knob: { id, kind: 'build-flags', value: `value of ${id}` }, title: id, rationale: `why ${id}`, findingId: null, file: 'Makefile', line: 1, language: 'cpp', share: null, ...more, change: { kind: 'edits', edits },
});

const made = (...winners: KnobCandidate[]) => proposals(winners, ({ id }) => `id of ${id}`);

describe('the candidates of a search', () => {
  it('are all winners as one with every edit, then each alone', () => {
    const [together, ...alone] = made(turned('a', [edit('Makefile', 0)]), turned('b', [edit('Makefile', 9), edit('src/x.h', 0)]));
    expect(together).toMatchObject({ id: 'id of a+b', recipe: 'a+b', knob: { id: 'a+b', value: 'value of a, value of b' }, change: { edits: [edit('Makefile', 0), edit('Makefile', 9), edit('src/x.h', 0)] } });
    expect(together).not.toHaveProperty('changesResults');
    expect(alone.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('are the same as one whichever is the best', () => {
    const [a, b] = [turned('a', [edit('Makefile', 0)]), turned('b', [edit('Makefile', 9)])];
    expect(made(b, a)[0]).toEqual(made(a, b)[0]);
  });

  it('leave one alone whose edits touch those of a better one, also two insertions at one place', () => {
    for (const other of [edit('Makefile', 2), edit('Makefile', 3, 3)]) expect(made(turned('a', [edit('Makefile', 0)]), turned('b', [other])).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(made(turned('a', [edit('M', 0)]), turned('b', [edit('M', 1)]), turned('c', [edit('M', 9)])).map(({ id }) => id)).toEqual(['id of a+c', 'a', 'b', 'c']);
  });

  it('are one for one winner, and none for none', () => {
    expect(made(turned('a', [edit('M', 0)])).map(({ id }) => id)).toEqual(['a']);
    expect(made()).toEqual([]);
  });

  it('say together what one of them says of results', () => {
    expect(made(turned('a', [edit('M', 0)]), turned('b', [edit('M', 9)], { changesResults: 'rounding' }))[0]).toMatchObject({ changesResults: 'rounding' });
  });
});

describe('knobs that are turned together', () => {
  const [all, a, b, c] = ['a+b', 'a', 'b', 'c'].map((id) => ({ id, kind: 'build-flags' as const, value: '' })) as [Ref, Ref, Ref, Ref];
  type Ref = { id: string; kind: 'build-flags'; value: string };

  it('hold each of them, and nothing else', () => {
    expect([a, b, all, c].map((one) => turnsAlso(all, one))).toEqual([true, true, true, false]);
    expect(turnsAlso(a, all)).toBe(false);
  });

  it('are tried before each alone, and whatever is no knob keeps its place', () => {
    expect(togetherFirst([c, a, null, b, all], (one) => one ?? undefined)).toEqual([c, all, a, null, b]);
    expect(togetherFirst([null, c], (one) => one ?? undefined)).toEqual([null, c]);
  });
});

it('settings are written as a shell takes them', () => {
  expect(settingText({ A: '1', NODE_OPTIONS: '--max-semi-space-size=64 --x', Q: "it's" })).toBe(String.raw`A=1 NODE_OPTIONS='--max-semi-space-size=64 --x' Q='it'\''s'`);
});
