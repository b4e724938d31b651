import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Confidence, Evidence, Severity } from '../../core/finding.js';
import { PerfloopError } from '../../core/errors.js';
import type { ProfileDatabase } from '../tools/open.js';
import { profileRoot } from '../tools/profile-root.js';
import { Asked } from './asked.js';
import type { Category } from './categories.js';
import type { placeOf } from './place/place.js';
import type { Repository } from './place/repository.js';
import { Abstention, type Clues, type Rule, type Suspect } from './rule.js';
import { rules } from './rules.js';

/** A located cause of lost time, as it is printed and handed to programs. */
export interface AnalysisFinding {
  /** Deterministic: of the rule, the place and, without one, the title's rank. */
  id: string;
  category: Category;
  rule: string;
  title: string;
  severity: Severity;
  confidence: Confidence;
  /** Relative to the repository; null where nothing tells the place. */
  file: string | null;
  function: string | null;
  /** 1-based. */
  line: number | null;
  /** Of the time of the device that loses most, or of the busy time of the host, 0 to 1. */
  share: number;
  /** What would be saved if the cause vanished: an upper bound. */
  headroom_ms: number;
  evidence: Evidence[];
  notes: string[];
}

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

interface Sources {
  repository: Repository;
  placeOf: typeof placeOf;
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

const order: Confidence[] = ['low', 'medium', 'high'];

function located(asked: Asked, sources: Sources | null, rule: Rule, suspect: Suspect): AnalysisFinding {
  const place = sources === null ? placeWithout(asked, suspect.clues) : sources.placeOf(asked, sources.repository, suspect.clues);
  const { title, share, headroomMs, severity, evidence } = suspect;
  const confidence = place === null ? suspect.confidence : (order[Math.min(order.indexOf(suspect.confidence), order.indexOf(place.confidence))] ?? 'low');
  const notes = [...(suspect.notes ?? []), `It may be none: ${rule.falsePositives}`, `Not seen: ${rule.blindTo}`];
  const how = place === null ? (sources === null ? 'Its place is not known: give the repository with --repo.' : 'Its place is not known: neither call chains, ranges nor the source tell it. Mark the phases of the program with NVTX.') : `Located ${place.how}.`;
  return {
    id: createHash('sha256').update([rule.id, place?.file ?? '', place?.function ?? '', place?.line ?? ''].join('\0')).digest('hex').slice(0, 12),
    category: rule.category,
    rule: rule.id,
    title: shortened(title),
    severity,
    confidence,
    file: place?.file ?? null,
    function: place === null ? null : shortened(place.function),
    line: place?.line ?? null,
    share,
    headroom_ms: headroomMs,
    evidence: evidence.map((one) => ({ ...one, text: shortened(one.text) })),
    notes: [how, ...notes].map(shortened),
  };
}

/** Names in profiles can be of any length; nobody reads more of them. */
const mostLetters = 1000;

const shortened = (text: string): string => (text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text);

/** Without a repository only frames tell a place, by the paths of the profiled machine. */
function placeWithout({ db }: Asked, { frame }: Clues): { file: string; function: string; line: number; confidence: Confidence; how: string } | null {
  if (frame === undefined) return null;
  // Paths were made relative to the root; some profilers write relative ones.
  const wasAbsolute = db.prepare('SELECT 1 FROM StringIds WHERE value = ? LIMIT 1').get(`/${frame.file}`) !== undefined;
  return { ...frame, file: wasAbsolute ? `/${frame.file}` : frame.file, confidence: 'high', how: 'by the profile\'s own frames' };
}

function profileOf(asked: Asked): Analysis['profile'] {
  const kind = asked.db.prepare<[], string>("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_KIND'").pluck().get() ?? 'unknown';
  const busyMs = asked.host.busyMs;
  return { file: asked.file, kind, device_ms: asked.tables.has('PERFLOOP_DEVICE_WORK') ? asked.spanMs : null, busy_ms: busyMs > 0 ? busyMs : null };
}
