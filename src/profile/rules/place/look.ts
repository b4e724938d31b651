import type { Confidence } from '../../../core/finding.js';
import type { Look } from '../rule.js';
import type { Repository } from './repository.js';

/** Where in a repository a finding is. */
export interface Place {
  file: string;
  function: string;
  /** 1-based. */
  line: number;
  /** The most that the whole finding can be trusted. */
  confidence: Confidence;
  /** How it was found, for a person. */
  how: string;
}

/** The first line of a stretch that looks like the cause, by the surest pattern that finds one. */
export function lookedFor(lines: readonly string[], { from, to }: { from: number; to: number }, look: Look | undefined): number | null {
  for (const pattern of look?.patterns ?? []) for (let at = from; at <= to; at++) if (pattern.test(lines[at - 1] ?? '')) return at;
  return null;
}

/** The best line that looks like the cause: of the surest pattern, in a loop before not, in tests last. */
export function lookPlace(repository: Repository, { patterns, what }: Look): Place | null {
  for (const pattern of patterns) {
    const found = repository.matches(pattern);
    if (found.length === 0) continue;
    const ranked = found.slice(0, 200).map((match) => {
      const around = repository.around(match.file, match.line);
      return { match, around, rank: (around.inLoop ? 0 : 1) + (/(^|\/)(tests?|examples?|docs?|bench\w*)\/|(^|\/)test_|_test\.|\.test\./.test(match.file) ? 2 : 0) };
    });
    const best = ranked.reduce((least, one) => (one.rank < least.rank ? one : least));
    const others = found.length - 1;
    return {
      file: best.match.file,
      function: best.around.function,
      line: best.match.line,
      confidence: 'low',
      how: `by the text of the source, because neither call chains nor ranges of the profile tell the place: it is ${what}${best.around.inLoop ? ' in a loop' : ''}${others === 0 ? ', and there is no other' : `; ${others === 1 ? 'one other line looks' : `${others} other lines look`} alike`}`,
    };
  }
  return null;
}
