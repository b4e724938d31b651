import type { ArtifactRef } from '../core/artifact.js';
import type { Finding } from '../core/finding.js';
import { drawnConfig, shownStates } from '../core/pipeline/drawing/of-config.js';
import { listedSteps, withStates } from '../core/pipeline/listed.js';
import { usesGraph } from '../core/pipeline/uses-graph.js';
import type { RunStatus, TrialSummary } from '../core/status.js';
import type { Pair } from '../core/sample.js';
import { ruleOfRecord } from '../core/verdict/recheck.js';
import { samplesSchema, type StoredSamples } from '../measure/stored-samples.js';
import { profileDiffSchema } from '../profile/diff/schema.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { keptConfig } from '../store/run-config.js';
import { fingerprintSchema } from '../measure/fingerprint.js';
import { candidateSchema, findingsSchema } from './artifact-schemas.js';
import type { Loaded, ReportData, ReportExtra, TrialData } from './data.js';
import { bytesText } from './words.js';

/** An artifact above this is not read into memory for a report. */
const mostBytes = 64_000_000;
/** More of a diff is never shown. */
const mostDiffBytes = 256_000;

/** Reads what the status refers to. An artifact that cannot be read is missing in its place, and stops nothing. */
export async function loadReport({ status, artifacts, extra = {} }: { status: RunStatus; artifacts: ArtifactStore; extra?: ReportExtra }): Promise<ReportData> {
  const { evidence } = status;
  const samplesOf = (ref: ArtifactRef | null) => load(ref, (there) => artifacts.getJson(there, samplesSchema));
  const pairsOf = (samples: Loaded<StoredSamples>): Loaded<Pair[]> => (samples.kind === 'there' ? { kind: 'there', value: samples.value.pairs } : samples);
  const trial = async (summary: TrialSummary): Promise<TrialData> => {
    const samples = await samplesOf(summary.samples);
    const again = await samplesOf(summary.again?.samples ?? null);
    return { summary, again: { pairs: pairsOf(again), rule: again.kind === 'there' ? again.value.rule : null }, ...(await texts(summary)), pairs: pairsOf(samples), rule: (samples.kind === 'there' ? samples.value.rule : null) ?? ruleOfRecord(evidence, summary.verdict) };
  };
  const texts = async (summary: TrialSummary): Promise<Pick<TrialData, 'diff' | 'rationale' | 'profile'>> => ({
    profile: await load(summary.profile?.diff ?? null, (ref) => artifacts.getJson(ref, profileDiffSchema)),
    diff: await load(summary.diff, async (ref) => (await artifacts.get(ref)).subarray(0, mostDiffBytes).toString('utf8')),
    rationale: await load(summary.candidate.patch, async (ref) => (await artifacts.getJson(ref, candidateSchema)).rationale),
  });
  const trials: TrialData[] = [];
  // One after the other: a run may have thousands of trials, and open files are few.
  for (const summary of status.trials) trials.push(await trial(summary));
  return {
    status,
    trials,
    final: pairsOf(await samplesOf(status.final?.samples ?? null)),
    findings: extra.findings ? { kind: 'there', value: extra.findings } : await loadFindings(evidence?.findings ?? [], (ref) => artifacts.getJson(ref, findingsSchema)),
    environment: extra.environment ? { kind: 'there', value: extra.environment } : await load(evidence?.environment ?? null, (ref) => artifacts.getJson(ref, fingerprintSchema)),
    metrics: evidence?.metrics ?? null,
    protocol: evidence?.protocol ?? null,
    benchmark: evidence?.benchmark || null,
    repository: extra.repository ?? null,
    steps: await loadSteps(status, artifacts),
  };
}

/** From the config that the run was started with. */
async function loadSteps(status: RunStatus, artifacts: ArtifactStore): Promise<ReportData['steps']> {
  try {
    const config = status.kind === 'run' ? await keptConfig(artifacts, status.run) : null;
    if (config === null || !usesGraph(config.steps)) return { kind: 'none' };
    return { kind: 'there', value: { drawn: drawnConfig(config, status), listed: withStates(listedSteps(config), shownStates(config, status)) } };
  } catch (error) {
    return { kind: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
}

async function load<T>(ref: ArtifactRef | null, read: (ref: ArtifactRef) => Promise<T>): Promise<Loaded<T>> {
  if (ref === null) return { kind: 'none' };
  if (ref.bytes > mostBytes) return { kind: 'missing', why: `artifact ${ref.sha.slice(0, 12)} (${ref.kind}) of ${bytesText(ref.bytes)} is too large for a report` };
  try {
    return { kind: 'there', value: await read(ref) };
  } catch (error) {
    return { kind: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Findings of all rounds, the latest word on each, hottest first. */
async function loadFindings(refs: readonly ArtifactRef[], read: (ref: ArtifactRef) => Promise<Finding[]>): Promise<Loaded<Finding[]>> {
  const known = new Map<string, Finding>();
  let missing: Loaded<Finding[]> = { kind: 'none' };
  for (const ref of refs) {
    const loaded = await load(ref, read);
    if (loaded.kind === 'there') for (const finding of loaded.value) known.set(finding.id, finding);
    else missing = loaded;
  }
  if (refs.length === 0 || (known.size === 0 && missing.kind === 'missing')) return missing;
  return { kind: 'there', value: [...known.values()].toSorted((a, b) => b.totalShare - a.totalShare) };
}
