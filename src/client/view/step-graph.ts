import type { Drawn, DrawnMany } from '../../core/pipeline/drawing/drawn.js';
import { statesText } from '../../core/pipeline/drawing/fold.js';
import type { StepState } from '../../core/pipeline/step-states.js';
import type { Format } from '../style.js';
import { columns } from './columns.js';
import { laneRows, laneText, type LaneRow, type StepRow } from './lanes.js';
import type { Line, Span } from './line.js';
import { wrapped } from './wrapped.js';

export interface GraphOptions {
  width: number;
  unicode: boolean;
  /** Without the rows in which lines only go straight on. */
  dense: boolean;
}

/** Columns that names keep whatever the lanes are. */
const leastLabel = 36;
/** Lines of a condition or a jump. */
const mostLines = 4;
/** With less room the members of a group are only counted. */
const leastRoom = 24;

/** A line of a drawing, and the step that it is the head of. */
export interface GraphLine {
  spans: Line;
  step: Drawn | null;
}

/** The steps of a plan as lines of a terminal: each with its lane, below it its condition and jumps, and the members of a group beside a bar. */
export function graphLines(steps: readonly Drawn[], options: GraphOptions): GraphLine[] {
  return new GraphDrawing(options).scope(steps, options.width, false).map(({ spans, step }) => ({ spans: trimmed(spans), step }));
}

class GraphDrawing {
  private readonly signs: Signs;

  constructor(private readonly options: GraphOptions) {
    this.signs = options.unicode ? unicodeSigns : asciiSigns;
  }

  /** Steps beside each other. `inGroup`: hung on the bar of their group. */
  scope(steps: readonly Drawn[], width: number, inGroup: boolean): GraphLine[] {
    const rows = laneRows(steps.map(({ needs }) => needs), Math.max(1, Math.floor((width - leastLabel - (inGroup ? 3 : 0)) / 2)));
    if (rows === null) return this.list(steps, width, inGroup);
    const lanes = rows.reduce((most, { cells }) => Math.max(most, cells.length), 1);
    const lines: GraphLine[] = [];
    for (const [index, row] of rows.entries()) {
      if (row.kind === 'step') lines.push(...this.step(steps[row.place] as Drawn, row, lanes, width, inGroup));
      else if (this.isNeeded(row, rows[index + 1], inGroup)) lines.push(between([...this.bar(inGroup), [laneText(row, this.options.unicode), 'dim']]));
    }
    return lines;
  }

  /** Between two steps that have nothing to do with each other there is a row even where lines are dense. */
  private isNeeded(row: LaneRow, next: LaneRow | undefined, inGroup: boolean): boolean {
    if (row.kind !== 'gap') return true;
    const begins = next?.kind === 'step' && next.begins;
    return begins ? !inGroup : !this.options.dense;
  }

  private bar(inGroup: boolean): Line {
    return inGroup ? [[`${this.signs.bar}  `, 'dim']] : [];
  }

  private step(step: Drawn, row: StepRow, lanes: number, width: number, inGroup: boolean): GraphLine[] {
    const { unicode } = this.options;
    const hung = inGroup && row.begins;
    const lane = laneText(row, unicode, hung ? row.column : -1);
    const [sign, format] = this.sign(step);
    const at = row.column * 2;
    const head: Span[] = [[lane.slice(0, at), 'dim'], [sign, format], [lane.slice(at + 1).padEnd(lanes * 2 - at - 1), 'dim'], [' ']];
    const lead: Line = hung ? [[this.signs.hung, 'dim']] : this.bar(inGroup);
    const beside: Line = [...this.bar(inGroup), [laneText(row.after, unicode).padEnd(lanes * 2), 'dim'], [' ']];
    return [{ spans: [...lead, ...head, ...label(step)], step }, ...this.below(step, beside, width)];
  }

  /** The condition and the jumps of a step, and the members of a group. */
  private below(step: Drawn, beside: Line, width: number): GraphLine[] {
    if (step.kind === 'many') return [];
    const room = width - columns(beside.map(([text]) => text).join(''));
    const said = [
      ...(step.when === null ? [] : this.said(`when ${step.when}`, '', 'yellow', room)),
      ...step.jumps.flatMap(({ back, text }) => this.said(text, back ? this.signs.back : this.signs.forth, 'magenta', room)),
    ].map((line) => between([...beside, line]));
    if (step.members.length > 0 && room < leastRoom) return [...said, between([...beside, [`${this.signs.more} ${step.members.length} within`, 'dim']])];
    return [...said, ...this.scope(step.members, room, true).map(({ spans, step }) => ({ spans: [...beside, ...spans], step }))];
  }

  private said(text: string, sign: string, format: Format, room: number): Span[] {
    const lead = sign === '' ? '' : `${sign} `;
    return wrapped(text, room - 4, mostLines, this.signs.more).map((part, index): Span => [`  ${index === 0 ? lead : ' '.repeat(lead.length)}${part}`, format]);
  }

  /** For more lanes than fit: what each step needs is said in words. */
  private list(steps: readonly Drawn[], width: number, inGroup: boolean): GraphLine[] {
    const beside: Line = [...this.bar(inGroup), ['   ']];
    return steps.flatMap((step) => {
      const [sign, format] = this.sign(step);
      const needs = step.needs.map((need) => nameOf(steps[need] as Drawn));
      const after = needs.length === 0 ? [] : this.said(`after ${needs.join(', ')}`, '', 'dim', width - 4).map((line) => between([...beside, line]));
      return [{ spans: [...this.bar(inGroup), [sign, format], ['  '], ...label(step)] satisfies Line, step }, ...after, ...this.below(step, beside, width)];
    });
  }

  private sign(step: Drawn): [string, Format] {
    if (step.kind === 'many') return [this.signs.many, 'dim'];
    if (step.state === null) return [step.group === null ? this.signs.step : this.signs.group, 'bold'];
    return [this.signs[step.state], stateFormats[step.state]];
  }
}

function between(spans: Line): GraphLine {
  return { spans, step: null };
}

/** Name, type, state, and what is special. */
function label(step: Drawn): Line {
  if (step.kind === 'many') return manyLabel(step);
  const { name, type, group, members, state, executions, notes } = step;
  const count = members.reduce((sum, member) => sum + (member.kind === 'many' ? member.count : 1), 0);
  const what = group !== null ? `${type === name ? '' : `${type} `}of ${count}` : type === name ? '' : type;
  const told = state === null || state === 'waiting' ? [] : [executions > 1 ? `${state}, ${executions} times` : state];
  const off = state === 'off' ? notes.filter((note) => note !== 'off') : notes;
  return [
    [name, state === 'skipped' || state === 'off' || notes.includes('off') ? 'dim' : 'bold'],
    ...(what === '' ? [] : [[`  ${what}`, 'dim'] satisfies Span]),
    ...told.map((text): Span => [`  ${text}`, stateFormats[state ?? 'waiting']]),
    ...(off.length === 0 ? [] : [[`  ${off.join(', ')}`, 'dim'] satisfies Span]),
  ];
}

function manyLabel({ count, type, first, last, states }: DrawnMany): Line {
  const told = statesText(states);
  return [[`${count} more of type ${type}`, 'bold'], [`, ${first} to ${last}`, 'dim'], ...(told === '' ? [] : [[`  ${told}`] satisfies Span])];
}

function nameOf(step: Drawn): string {
  return step.kind === 'many' ? `${step.first} and ${step.count - 1} like it` : step.name;
}

function trimmed(line: Line): Line {
  const kept = [...line];
  while (kept.at(-1)?.[0].trim() === '') kept.pop();
  const [text, format] = kept.pop() ?? [''];
  return [...kept, format === undefined ? [text.trimEnd()] : [text.trimEnd(), format]];
}

type Signs = Record<StepState | 'step' | 'group' | 'many' | 'bar' | 'hung' | 'more' | 'back' | 'forth', string>;

const unicodeSigns: Signs = { waiting: '○', running: '●', asking: '◆', done: '✓', failed: '✗', skipped: '–', off: '·', cancelled: '⊘', step: '○', group: '◇', many: '⋮', bar: '┃', hung: '┣━╸', more: '…', back: '↑', forth: '↓' };
const asciiSigns: Signs = { waiting: 'o', running: '*', asking: '>', done: 'x', failed: '!', skipped: '-', off: '.', cancelled: '/', step: 'o', group: '#', many: ':', bar: '|', hung: '|--', more: '~', back: '^', forth: 'v' };

export const stateFormats: Record<StepState, Format> = { waiting: 'dim', running: ['bold', 'cyan'], asking: ['bold', 'yellow'], done: 'green', failed: ['bold', 'red'], skipped: 'dim', off: 'dim', cancelled: 'yellow' };
