import { MockActivityEnvironment } from '@temporalio/testing';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import type { Candidate, SpanEdit } from '../../src/core/candidate.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { CommitRef } from '../../src/core/target.js';
import { prepared, userRepository } from '../workspace/fixture.js';

// Two edits of one file that each bring a constant of the same name: each is right on the base, both together are wrong.
const source = 'import re\n\n\ndef one(text):\n    return re.sub("a", "", text)\n\n\ndef two(text):\n    return re.sub("b", "", text)\n';

function edit(at: string, after: string): SpanEdit {
  const start = source.indexOf(at);
  return { file: 'lib.py', start, end: start + at.length, before: createHash('sha256').update(at).digest('hex'), text: after };
}

const made = (name: string, edits: SpanEdit[]): Candidate => ({ id: name, proposer: 'recipes', recipe: 'compiled-regex', title: name, rationale: '', findingId: null, file: 'lib.py', line: 1, language: 'python', share: null, change: { kind: 'edits', edits } });
const compiled = (name: string, pattern: string): Candidate => made(name, [edit(`def ${name}(text):\n    return re.sub("${pattern}", "", text)`, `pattern = re.compile("${pattern}")\ndef ${name}(text):\n    return pattern.sub("", text)`)]);

async function ground() {
  const { home, artifacts, target, repository } = await prepared(userRepository({ 'lib.py': source, 'other.py': 'x = 1\n' }));
  const { applyCandidate } = worktreeActivities({ home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: {} });
  const apply = async (candidate: Candidate, champion: CommitRef, madeFor?: string) => {
    const { change: _change, rationale: _rationale, ...summary } = candidate;
    const patch = await artifacts.put('candidates', JSON.stringify(candidate));
    const input = { v: 1 as const, run: 'r-test', trial: candidate.id, target, config: parseConfig('', 'perfloop.toml'), champion, candidate: { ...summary, expected: 0, patch }, ...(madeFor === undefined ? {} : { madeFor }) };
    return new MockActivityEnvironment().run<[typeof input], Awaited<ReturnType<typeof applyCandidate>>, typeof applyCandidate>(applyCandidate, input);
  };
  const accepted = async (candidate: Candidate): Promise<CommitRef> => {
    const applied = await apply(candidate, target.base);
    if (applied.kind !== 'applied') throw new Error(applied.verdict.reasons[0]?.text);
    return applied.commit;
  };
  return { apply, accepted, target, repository };
}

it('refuses edits of a file that another accepted candidate has changed since', async () => {
  const { apply, accepted, target } = await ground();
  const champion = await accepted(compiled('two', 'b'));
  const applied = await apply(compiled('one', 'a'), champion, target.base.commit);
  expect(applied).toMatchObject({ kind: 'refused', verdict: { kind: 'rejected', reasons: [{ code: 'superseded' }] } });
});

it('merges edits that are no recipe onto files that have changed since, and drops those that conflict', async () => {
  const { apply, accepted, target, repository } = await ground();
  const proposed = (candidate: Candidate): Candidate => ({ ...candidate, proposer: 'sonnet', recipe: null });
  const champion = await accepted(proposed(made('imports', [edit('import re\n', 'import re\nimport os\n')])));
  const moved = await apply(proposed(made('body', [edit('    return re.sub("b", "", text)\n', '    return text.replace("b", "")\n')])), champion, target.base.commit);
  if (moved.kind !== 'applied') throw new Error(moved.verdict.reasons[0]?.text);
  const diff = await repository.diff(target.base.commit, moved.commit.commit);
  expect(diff).toContain('+import os\n');
  expect(diff).toContain('+    return text.replace("b", "")\n');
  const conflicting = await apply(proposed(made('imports-too', [edit('import re\n', 'import re2 as re\n')])), champion, target.base.commit);
  expect(conflicting).toMatchObject({ kind: 'refused', verdict: { reasons: [{ code: 'does-not-apply', text: expect.stringContaining('does not apply') as string }] } });
});

it('applies them where only other files have changed', async () => {
  const { apply, accepted, target, repository } = await ground();
  const other = 'x = 1';
  const champion = await accepted(made('other', [{ file: 'other.py', start: 0, end: other.length, before: createHash('sha256').update(other).digest('hex'), text: 'x = 2' }]));
  const applied = await apply(compiled('one', 'a'), champion, target.base.commit);
  if (applied.kind !== 'applied') throw new Error(applied.verdict.reasons[0]?.text);
  expect((await repository.changedPaths(target.base.commit, applied.commit.commit)).map(({ path }) => path)).toEqual(['lib.py', 'other.py']);
});
