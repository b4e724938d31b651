import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { TalkSpend } from '../../core/model-talk.js';
import type { ProfileDatabase } from '../tools/open.js';
import { profileRoot } from '../tools/profile-root.js';
import { Asked } from './asked.js';
import { located, type AnalysisFinding, type Sources } from './located.js';
import type { Repository } from './place/repository.js';
import { Abstention, type Rule, type Suspect } from './rule.js';
import { rules } from './rules.js';

export interface Analysis {
  profile: {
    file: string;
    /** What wrote it: nsys, torch, v8, … */
    kind: string;
    /** First to last work of the device that worked longest; null without devices. */
    device_ms: number | null;
    /** For which the host's code was busy; null where none was recorded. */
    busy_ms: number | null;
  };
  /** Those that could save most first. */
  findings: AnalysisFinding[];
  /** Rules that could not judge, with the reason. */
  abstained: { rule: string; reason: string }[];
  /** Rules that looked and found nothing. */
  quiet: string[];
  /** Models that looked too: what they claimed and could not show, and why there is not more. Absent where none was asked. */
  models?: { model: string; dropped: { what: string; why: string }[]; note: string | null; /** Absent in a run, which has its own account. */ spent?: TalkSpend }[];
}

export interface AnalysisRequest {
  /** The profile's file as the person named it. */
  file: string;
  /** A folder of the profiled program's sources; null: places are as the profile tells them. */
  repo: string | null;
}

/** Asks all rules. Throws PL_REPO_MISSING for a folder that is none. */
export async function analyzeProfile(db: ProfileDatabase, { file, repo }: AnalysisRequest): Promise<Analysis> {
  const sources = repo === null ? null : await openSources(repo);
  const repository = sources?.repository ?? null;
  const root = repository === null ? '/' : profileRoot(db, { here: [...new Set([resolve(repo ?? '.'), repository.root])], trackedFiles: repository.files });
  const asked = new Asked(db, file, root);
  if (repository !== null) asked.sources = sourcesOf(asked, repository);
  const { found, abstained, quiet } = askAll(asked);
  const findings = found.map(({ rule, suspect }) => located(asked, sources, rule, suspect));
  findings.sort((a, b) => b.share - a.share || b.headroom_ms - a.headroom_ms || a.rule.localeCompare(b.rule, 'en'));
  return { profile: profileOf(asked), findings, abstained, quiet };
}

/** Parsers of all languages are loaded only where there is something to parse: it takes longer than to ask the rules. */
async function openSources(repo: string): Promise<Sources> {
  const { isFolder, Repository } = await import('./place/repository.js');
  if (!(await isFolder(repo))) throw new PerfloopError('PL_REPO_MISSING', 'The repository is not a folder.', { where: repo, fix: 'Give the folder of the profiled program with --repo.' });
  return { repository: await Repository.open(await realpath(resolve(repo))), placeOf: (await import('./place/place.js')).placeOf };
}

function sourcesOf(asked: Asked, repository: Repository): Map<string, readonly string[]> {
  const files = [...new Set(asked.hotFunctions.map((hot) => hot.file))];
  return new Map(files.map((file) => [file, repository.lines(file) ?? []]));
}

function askAll(asked: Asked): { found: { rule: Rule; suspect: Suspect }[]; abstained: Analysis['abstained']; quiet: string[] } {
  const abstained: Analysis['abstained'] = [];
  const found: { rule: Rule; suspect: Suspect }[] = [];
  const quiet: string[] = [];
  for (const rule of rules) {
    const missing = Object.entries(rule.needs).find(([table]) => !asked.tables.has(table));
    try {
      if (missing !== undefined) throw new Abstention(`the profile has no ${missing[0]}: ${missing[1]}`);
      const suspects = rule.find(asked);
      if (suspects.length === 0) quiet.push(rule.id);
      for (const suspect of suspects) found.push({ rule, suspect });
    } catch (error) {
      if (!(error instanceof Abstention)) throw error;
      abstained.push({ rule: rule.id, reason: error.message });
    }
  }
  const ids = new Set(found.map(({ rule }) => rule.id));
  return { found: found.filter(({ rule }) => !(rule.yieldsTo ?? []).some((id) => ids.has(id))), abstained, quiet };
}

function profileOf(asked: Asked): Analysis['profile'] {
  const kind = asked.db.prepare<[], string>("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_KIND'").pluck().get() ?? 'unknown';
  const busyMs = asked.host.busyMs;
  return { file: asked.file, kind, device_ms: asked.tables.has('PERFLOOP_DEVICE_WORK') ? asked.spanMs : null, busy_ms: busyMs > 0 ? busyMs : null };
}
