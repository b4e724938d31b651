import { createHash } from 'node:crypto';
import { identifier } from '../../profile/findings/source.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { Repository } from '../../profile/rules/place/repository.js';
import { severityOf } from '../../profile/rules/rule.js';
import { hotFunctions } from '../../profile/tools/hot-functions.js';
import type { ProfileDatabase } from '../../profile/tools/open.js';
import { profileRoot } from '../../profile/tools/profile-root.js';
import { checkedCitations, type CitedFrom } from './citations.js';
import type { Claim } from './schemas.js';

/** What claims are held against. */
export interface ClaimGround extends CitedFrom {
  /** Names the model, for the finding. */
  model: string;
  profile: Analysis['profile'];
  /** Null: no sources were given. */
  repository: Repository | null;
  /** Share of the busy time, all callees included, by `placeKey`. */
  hot: ReadonlyMap<string, number>;
}

/** Where the time of the host's code went, by function. */
export function hotShares(db: ProfileDatabase, repository: Repository | null): Map<string, number> {
  const root = repository === null ? null : profileRoot(db, { here: [repository.root], trackedFiles: repository.files });
  if (root === null) return new Map();
  const shares = new Map<string, number>();
  for (const { file, function: name, totalShare } of hotFunctions(db, { root, ignore: [], minShare: 0, top: -1 })) {
    const key = placeKey(file, name);
    shares.set(key, Math.max(totalShare, shares.get(key) ?? 0));
  }
  return shares;
}

/** One function, whether it is called `unique` or `Grouper.unique`. */
export function placeKey(file: string | null, name: string | null): string {
  return `${file ?? ''}\0${identifier(name ?? '') ?? name ?? ''}`;
}

/** A claim as a finding where it stands, and what is wrong with it otherwise. Wrong parts of evidence are left out where enough of it stands. */
export function checkedClaim(claim: Claim, ground: ClaimGround): { finding: AnalysisFinding | null; problems: string[] } {
  const { evidence, problems, fromProfile } = checkedCitations(claim.evidence, ground);
  const place = placeOf(claim, ground.repository);
  if (typeof place === 'string') problems.push(place);
  if (!fromProfile) problems.push('none of its evidence is what a tool said of the profile');
  if (typeof place === 'string' || !fromProfile) return { finding: null, problems };
  const { title, category, confidence, why } = claim;
  const { share, note } = shareOf(claim, place, ground);
  const { device_ms: device, busy_ms: busy } = ground.profile;
  const wholeMs = (category.startsWith('C') ? (device ?? busy) : (busy ?? device)) ?? 0;
  return {
    finding: {
      id: createHash('sha256').update(['model', category, place.file ?? '', place.function ?? '', place.line ?? title].join('\0')).digest('hex').slice(0, 12),
      category, rule: `model:${ground.model}`, model: ground.model, title, severity: severityOf(share), confidence, ...place, share, headroom_ms: share * wholeMs, evidence, notes: [why, note],
    },
    problems,
  };
}

/** Its place, or why that cannot be. */
function placeOf({ file, line, function: name }: Claim, repository: Repository | null): Pick<AnalysisFinding, 'file' | 'line' | 'function'> | string {
  if (file === null) return { file: null, line: null, function: name };
  if (repository === null) return { file, line, function: name };
  const lines = repository.lines(file);
  if (lines === null) return `the repository has no file ${file}`;
  if (line === null) return { file, line: null, function: name };
  if (line > lines.length) return `${file} has ${lines.length} lines, and no line ${line}`;
  const around = repository.around(file, line).function;
  return { file, line, function: around === '(module)' ? (name ?? around) : around };
}

/** Never more than the profile gives the function that is named. */
function shareOf({ share, category }: Claim, { file, function: name }: Pick<AnalysisFinding, 'file' | 'function'>, { model, hot }: ClaimGround): { share: number; note: string } {
  const known = category.startsWith('H') ? hot.get(placeKey(file, name)) : undefined;
  const percent = (part: number): string => `${(100 * part).toFixed(1)}%`;
  if (known === undefined) return { share, note: `How much could be saved is what ${model} says; no rule has checked it.` };
  if (share > known) return { share: known, note: `${model} says ${percent(share)}; the profile gives this function ${percent(known)} with all that it calls, so no more than that can be saved.` };
  return { share, note: `How much could be saved is what ${model} says; the profile gives this function ${percent(known)} with all that it calls.` };
}
