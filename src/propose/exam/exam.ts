import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from '../../core/candidate.js';
import type { Proposer } from '../proposer.js';
import { compareBehaviour, writeProgram, type Python } from './behaviour.js';
import type { ExamCase } from './exam-case.js';
import { givenFinding } from './given-finding.js';
import { patchOf } from './patch.js';
import { breaks, isAbout, scoreFinding, type FindingScore, type Proposal } from './score.js';

export interface ProgramScore {
  program: string;
  title: string;
  findings: FindingScore[];
  /** Proposals that are about none of the given findings, and those of them that break the program. */
  besides: { recipe: string | null; title: string; breaks: boolean }[];
}

export interface ExamRequest {
  cases: readonly ExamCase[];
  proposer: Proposer;
  python: Python;
  /** Absolute path of bench/recipes/harness.py. */
  harness: string;
  onCase?: (name: string) => void;
  signal?: AbortSignal;
}

/** Hands every finding of every program to the proposer, and judges what comes back. */
export async function runExam({ cases, onCase = () => undefined, ...request }: ExamRequest): Promise<ProgramScore[]> {
  const scores: ProgramScore[] = [];
  for (const one of cases) {
    request.signal?.throwIfAborted();
    onCase(one.name);
    const folder = await mkdtemp(join(tmpdir(), 'perfloop-exam-'));
    try {
      scores.push(await runCase(one, folder, request));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return scores;
}

async function runCase(one: ExamCase, folder: string, { proposer, python, harness, signal }: Omit<ExamRequest, 'cases'>): Promise<ProgramScore> {
  // A proposer sees the program, not what is asked of it.
  const worktree = await writeProgram(join(folder, 'repo'), one.program);
  const given = one.findings.map((finding) => ({ given: finding, ...givenFinding(finding, one) }));
  const offered: Candidate[][] = [];
  for (const { finding } of given) offered.push(await proposer.propose(finding, { worktree }));

  const candidates = [...new Map(offered.flat().map((candidate) => [candidate.id, candidate])).values()];
  const patches = candidates.flatMap((candidate) => {
    const patch = patchOf(candidate, one.program);
    return patch === null ? [] : [{ candidate, ...patch }];
  });
  const runs = join(folder, 'runs');
  await mkdir(runs);
  const behaviours = await compareBehaviour({ python, harness, check: one.check, program: one.program, patches: patches.map(({ files }) => files), folder: runs, signal });
  const byId = new Map<string, Proposal>(patches.map((patch, index) => [patch.candidate.id, { ...patch, behaviour: behaviours[index] ?? { kind: 'not run', why: 'no result' } }]));

  const findings = given.map(({ given: finding, place }, index) => scoreFinding(finding, place, (offered[index] ?? []).flatMap(({ id }) => byId.get(id) ?? [])));
  const besides = [...byId.values()].filter((proposal) => !given.some(({ given: finding, place }) => isAbout(finding, place, proposal)));
  return { program: one.name, title: one.title, findings, besides: besides.map((proposal) => ({ recipe: proposal.candidate.recipe, title: proposal.candidate.title, breaks: breaks(proposal) })) };
}
