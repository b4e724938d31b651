import { comparedText, ratioText } from '../../core/verdict/words.js';
import { isOver } from '../events.js';
import { costLines } from '../print/cost.js';
import { durationText, intervalText, percentText, shortCommit } from '../print/numbers.js';
import type { RunStatus, StageProgress } from '../../core/status.js';
import { styleFor } from '../style.js';
import { approvalLines } from './approvals.js';
import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import { graphBlock } from './graph-block.js';
import { asciiGlyphs, unicodeGlyphs, type Glyphs } from './glyphs.js';
import { header } from './header.js';
import { blank, paint, type Line } from './line.js';
import { rail } from './rail.js';
import { samplingLines } from './sampling.js';
import { trialLines } from './trials.js';

/** The sampling under way, or what is built for it, and what is sampled: a trial's id, or the run itself. */
export interface Sampling {
  of: string;
  progress: StageProgress;
}

export interface ViewOptions {
  width: number;
  height: number;
  /** Milliseconds since the epoch. */
  now: number;
  colour: boolean;
  unicode: boolean;
  /** What the follower has to say, such as that no worker answers. */
  notes: readonly string[];
  /** The steps of a run whose steps form a graph. */
  graph?: readonly Drawn[] | null;
}

interface Block {
  lines: Line[];
  /** The highest number is left out first where the screen is too low. */
  rank: number;
}

/** The live view of a run as one screen: at most `height` lines of at most `width` columns. */
export function renderView(status: RunStatus, sampling: readonly Sampling[], options: ViewOptions): string {
  const { width, height, now } = options;
  const glyphs = options.unicode ? unicodeGlyphs : asciiGlyphs;
  const blocks: Block[] = [
    { rank: 0, lines: header(status, now, width, glyphs) },
    { rank: 2, lines: [] },
    { rank: 0, lines: options.notes.map((text): Line => [[`! ${text}`, 'yellow']]) },
    { rank: 4, lines: [] },
    { rank: 3, lines: sampling.flatMap(({ of, progress }) => samplingLines(of, progress, status.plan, width, glyphs)) },
    { rank: 1, lines: approvalLines(status, width, glyphs) },
    { rank: 2, lines: best(status, glyphs) },
    { rank: 6, lines: cost(status, width) },
    { rank: 5, lines: warnings(status) },
    { rank: 7, lines: footer(status, width, glyphs) },
  ];
  const trials = blocks[3] as Block;
  // Trials, where there are any, keep a few lines.
  const beside = size(blocks) + Math.min(6, status.trials.length + 1) + 4;
  const graph = options.graph == null ? [] : graphBlock(options.graph, height - beside, { width, unicode: options.unicode });
  (blocks[1] as Block).lines = [...rail(status, width, glyphs, options.graph ?? null, graph.length > 0), ...(graph.length > 0 ? [blank] : []), ...graph];
  const room = height - size(blocks) - 1;
  trials.lines = trialLines(status.trials, width, Math.max(room, Math.min(6, status.trials.length + 1)), glyphs);
  const style = styleFor(options.colour);
  return squeeze(blocks, height)
    .map((line) => paint(line, width, style, glyphs.ellipsis))
    .join('\n');
}

/** Lines of the blocks with an empty one between each. */
function size(blocks: readonly Block[]): number {
  const full = blocks.filter((block) => block.lines.length > 0);
  return full.reduce((sum, block) => sum + block.lines.length, 0) + Math.max(0, full.length - 1);
}

/** Gives up the empty lines first, then whole blocks, the least needed first, then what is below the edge. */
function squeeze(blocks: readonly Block[], height: number): Line[] {
  let kept = blocks.filter((block) => block.lines.length > 0);
  if (size(kept) <= height) return kept.flatMap((block, index) => (index === 0 ? block.lines : [blank, ...block.lines]));
  const lines = () => kept.reduce((sum, block) => sum + block.lines.length, 0);
  while (lines() > height && kept.some((block) => block.rank > 1)) {
    const least = Math.max(...kept.map((block) => block.rank));
    kept = kept.filter((block) => block.rank !== least);
  }
  return kept.flatMap((block) => block.lines).slice(0, height);
}

function best(status: RunStatus, glyphs: Glyphs): Line[] {
  if (status.kind === 'judge') return [];
  if (status.speedup === null) return [[['best so far  ', 'dim'], ['the base; nothing accepted yet']]];
  const { ratio, ci95, final } = status.speedup;
  return [
    [
      [final ? 'result       ' : 'best so far  ', 'dim'],
      [comparedText(ratio, 'the base'), ['bold', ratio > 1 ? 'green' : 'red']],
      [`  ${ratioText(ratio)} (${intervalText(ci95)})`],
      [`  ${glyphs.dot} ${status.accepted} accepted ${glyphs.dot} ${shortCommit(status.champion)}`, 'dim'],
    ],
  ];
}

function cost(status: RunStatus, width: number): Line[] {
  if (status.plan === null || isOver(status)) return [];
  if (width < 84) return [[[`cost  about ${durationText(status.plan.expectedSeconds * 1000)}; finds a gain of ${percentText(status.plan.detectableGain)}`, 'dim']]];
  return costLines(status.plan).map((text, index): Line => [[index === 0 ? 'cost         ' : '             ', 'dim'], [text, 'dim']]);
}

function warnings(status: RunStatus): Line[] {
  const last = status.warnings.slice(-3);
  const lines: Line[] = last.map((text) => [['warning ', 'yellow'], [text]]);
  if (status.error !== null) lines.push([['error ', ['bold', 'red']], [`${status.error.code}: ${status.error.message}`]]);
  return lines;
}

function footer(status: RunStatus, width: number, glyphs: Glyphs): Line[] {
  if (isOver(status)) return [];
  if (width < 84) return [[['Ctrl-C leaves it running', 'dim']]];
  return [[[`Ctrl-C leaves it running ${glyphs.dot} perfloop stop ${status.run} ends it after the current trial`, 'dim']]];
}
