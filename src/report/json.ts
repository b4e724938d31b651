import type { KnobRef, KnobStatus } from '../core/knobs/search.js';
import type { Checked } from '../core/check/checked.js';
import type { ListedStep } from '../core/pipeline/listed.js';
import type { Machine } from '../core/run/machine.js';
import type { RolledBack } from '../core/rollback/rollback.js';
import type { Explained } from '../core/run/explained.js';
import type { Ablation } from '../core/status.js';
import type { Fact, Reason, VerdictKind } from '../core/verdict/verdict.js';
import type { Fingerprint } from '../measure/fingerprint.js';
import type { PromiseKept } from '../profile/diff/promise.js';
import type { ReportData } from './data.js';
import type { Flag } from '../core/flag.js';
import { primaryMetric } from './facts.js';
import { profileChange } from './profile-change.js';
import { isKnown } from './words.js';

/** The machine-readable report. Ratios are time base / time candidate: above 1 is faster. Commits have 40 hex digits. */
export interface ReportJson {
  run: string;
  /** The target's name. */
  target: string;
  base: string;
  champion: string;
  /** The final measurement, or before it the product of what was accepted; null when nothing was. */
  speedup: { metric: string; ratio: number; ci95: [number, number] } | null;
  /** What of it is rolled back since, and who did that. */
  rolledBack: RolledBack[];
  trials: {
    candidate: string;
    proposer: string;
    recipe: string | null;
    /** What it turns; absent where it changes code. */
    knob?: KnobRef;
    /** Null for a whole commit. */
    file: string | null;
    /** Null while it is undecided. */
    verdict: VerdictKind | null;
    /** Where it was measured, one of `machines`; null when it was not, or in a run of earlier versions. */
    device: string | null;
    /** Null when it was not measured. */
    ratio: number | null;
    /** Null below two pairs. */
    ci95: [number, number] | null;
    reasons: Reason[];
    /** What a model or an agent said of the decision; absent where none did. */
    explained?: Explained;
    /** What it was compared by. */
    checked: Checked[];
    /** What explains the verdict and decided nothing. */
    facts: Fact[];
    flags: Flag[];
    /** The second measurement, in a fresh clone; null when there was none. */
    again: { verdict: VerdictKind; ratio: number | null; ci95: [number, number] | null } | null;
    /** Of an accepted one: whether the profile shows that the time came from where the finding said, and what changed most. Null without both profiles. */
    profile: PromiseKept | null;
  }[];
  /** What the result is without each accepted candidate; empty where that was not measured. */
  ablations: Ablation[];
  /** What was turned without a change of code, with settings that a person may set; absent where that was not searched. */
  knobs?: KnobStatus;
  /** Of a run whose steps form a graph: each with its state, in the round that it is in or ended with. */
  steps?: ListedStep[];
  /** The devices that samples were taken on. */
  machines: Machine[];
  /** The machine of the warm-up and how it was set; null where that is not known. */
  environment: Fingerprint | null;
  /** Path of the HTML report. */
  report: string;
}

export function reportJson({ status, environment, trials, findings, steps }: Pick<ReportData, 'status' | 'environment' | 'trials' | 'findings' | 'steps'>, reportPath: string): ReportJson {
  const { speedup } = status;
  const metric = primaryMetric({ metrics: status.evidence?.metrics ?? null, status });
  return {
    run: status.run,
    target: status.target.name,
    base: status.target.base,
    champion: status.champion,
    speedup: speedup === null ? null : { metric, ratio: speedup.ratio, ci95: speedup.ci95 },
    rolledBack: status.rolledBack ?? [],
    trials: trials.map((trial) => {
      const { candidate, verdict, state, flags, again, checked = [] } = trial.summary;
      const decided = state === 'decided' ? verdict : null;
      const measured = verdict?.measured && verdict.measured.pairs > 0 ? verdict.measured : null;
      return {
        candidate: candidate.id,
        proposer: candidate.proposer,
        recipe: candidate.recipe,
        ...(candidate.knob === undefined ? {} : { knob: candidate.knob }),
        file: candidate.file === '' ? null : candidate.file,
        verdict: decided?.kind ?? null,
        device: trial.summary.device ?? null,
        ratio: measured?.ratio ?? null,
        ci95: measured && isKnown(measured.ci95) ? measured.ci95 : null,
        reasons: decided?.reasons ?? [],
        ...(trial.summary.explained === undefined ? {} : { explained: trial.summary.explained }),
        checked,
        facts: verdict?.facts ?? [],
        flags: flags ?? [],
        again: again === undefined ? null : { verdict: again.verdict.kind, ratio: again.verdict.measured?.ratio ?? null, ci95: again.verdict.measured && isKnown(again.verdict.measured.ci95) ? again.verdict.measured.ci95 : null },
        profile: profileChange(trial, { findings }),
      };
    }),
    ablations: status.ablations ?? [],
    ...(status.knobs === undefined ? {} : { knobs: status.knobs }),
    ...(steps.kind === 'there' ? { steps: steps.value.listed } : {}),
    machines: status.machines ?? [],
    environment: environment.kind === 'there' ? environment.value : null,
    report: reportPath,
  };
}
