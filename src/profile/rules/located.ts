import { createHash } from 'node:crypto';
import type { Confidence, Evidence, Severity } from '../../core/finding.js';
import type { Asked } from './asked.js';
import type { Category } from './categories.js';
import type { placeOf } from './place/place.js';
import type { Repository } from './place/repository.js';
import type { Clues, Rule, Suspect } from './rule.js';

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
  /** The model that claims it; absent where a rule found it. */
  model?: string;
  /** What models say of a rule's finding. */
  judged?: { model: string; real: boolean; why: string; evidence: Evidence[] }[];
}

/** A repository, and what finds places in it. */
export interface Sources {
  repository: Repository;
  placeOf: typeof placeOf;
}

const order: Confidence[] = ['low', 'medium', 'high'];

/** A suspect with its place, as sure as both are. `sources`: null where no repository was given. */
export function located(asked: Asked, sources: Sources | null, rule: Rule, suspect: Suspect): AnalysisFinding {
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
