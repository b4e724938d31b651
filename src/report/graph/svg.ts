import type { Drawn, DrawnStep } from '../../core/pipeline/drawing/drawn.js';
import { statesText } from '../../core/pipeline/drawing/fold.js';
import type { StepState } from '../../core/pipeline/step-states.js';
import { html, type Markup } from '../html/markup.js';
import { type Box, layout, type Point, type Written } from './layout.js';

const lineHeight = 16;
/** Jumps that the description of the picture names. */
const mostTold = 20;
const most = 42;
/** Of a character in the page's font at 12 pixels, on the wide side. Names are bold. */
const characterWidth = { name: 7.4, what: 6.3 };

const signs: Record<StepState, string> = { waiting: '○', running: '●', asking: '◆', done: '✓', failed: '✗', skipped: '–', off: '·', cancelled: '⊘' };

/** The graph of steps as a picture: boxes by state, groups around their members, lines to what needs them, jumps dashed. */
export function graphSvg(steps: readonly Drawn[], id: string, about: { title: string; text: string }): Markup {
  const { boxes, lines, width: inside, height } = layout(steps, written);
  const jumps = jumpsOf(boxes);
  const width = Math.ceil(jumps.reduce((most, { reach }) => Math.max(most, reach), inside));
  return html`<svg class="steps" width="${width + 4}" height="${Math.ceil(height) + 4}" viewBox="-2 -2 ${width + 4} ${Math.ceil(height) + 4}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${about.title}</title>
<desc id="${id}-d">${about.text}${jumps.length === 0 ? '' : ` Jumps: ${jumps.slice(0, mostTold).map(({ text }) => text).join('; ')}.`}</desc>
<defs>${['need', 'jump'].map((kind) => html`<marker id="${id}-${kind}" class="${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>`)}</defs>
${lines.map((line) => html`<path class="need" d="${pathOf(line)}" marker-end="url(#${id}-need)"/>`)}
${jumps.map(({ path, text }) => html`<path class="jump" d="${path}" marker-end="url(#${id}-jump)"><title>${text}</title></path>`)}
${boxes.map((box) => boxOf(box))}
</svg>`;
}

function written(step: Drawn): Written {
  const lines = linesOf(step).map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line));
  return { lines, width: Math.max(70, ...lines.map((line, index) => line.length * (index === 0 ? characterWidth.name : characterWidth.what) + 24)), height: lines.length * lineHeight + 12 };
}

/** The name, what it is, and what leads to it and away from it. */
function linesOf(step: Drawn): string[] {
  if (step.kind === 'many') return [`⋮ ${step.count} more`, step.type, `${step.first} to ${step.last}`, ...(statesText(step.states) === '' ? [] : [statesText(step.states)])];
  const { name, type, state, executions, when, jumps, notes } = step;
  const told = state === null || state === 'waiting' ? [] : [executions > 1 ? `${state}, ${executions} times` : state];
  const what = [...(type === name ? [] : [type]), ...told, ...notes.filter((note) => note !== 'off' || state !== 'off')].join(', ');
  return [`${state === null ? '' : `${signs[state]} `}${name}`, ...(what === '' ? [] : [what]), ...(when === null ? [] : [`when ${when}`]), ...jumps.map(({ back, text }) => `${back ? '↑' : '↓'} ${text}`)];
}

function boxOf({ step, x, y, width, height }: Box): Markup {
  const kind = step.kind === 'many' ? 'many' : `${step.group === null ? '' : 'group '}${step.state ?? (step.notes.includes('off') ? 'off' : 'plain')}`;
  const texts = written(step).lines.map((line, index) => html`<text class="${index === 0 ? 'name' : 'what'}" x="${round(x + 12)}" y="${round(y + 18 + index * lineHeight)}">${line}</text>`);
  return html`<g class="${kind}"><title>${linesOf(step).join('\n')}</title><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6"/>${texts}</g>`;
}

/** Down through its points, in curves between layers. */
function pathOf([first = [0, 0], ...rest]: readonly Point[]): string {
  let [, before] = first;
  return `M${round(first[0])} ${round(before)}${rest
    .map(([x, y], index) => {
      const [fromX] = index === 0 ? first : (rest[index - 1] as Point);
      const middle = (before + y) / 2;
      const part = fromX === x ? `V${round(y)}` : `C${round(fromX)} ${round(middle)} ${round(x)} ${round(middle)} ${round(x)} ${round(y)}`;
      before = y;
      return part;
    })
    .join('')}`;
}

/** The room beside the boxes that a jump takes: more the farther it leads, so that several to one step lie apart. */
const jumpRoom = (distance: number): number => 18 + Math.min(60, distance / 8);

/** From the right side of a step around to the right side of where it jumps. */
function jumpsOf(boxes: readonly Box[]): { reach: number; path: string; text: string }[] {
  const byName = new Map(boxes.flatMap((box) => (box.step.kind === 'step' ? [[box.step.name, box] as const] : [])));
  return boxes.flatMap((from) =>
    (from.step.kind === 'step' ? from.step.jumps : []).flatMap(({ to, text }, index) => {
      const target = byName.get(to);
      if (target === undefined) return [];
      const [fromX, fromY] = [from.x + from.width, from.y + Math.min(from.height - 8, 14 + index * 8)];
      // To the middle of a step, to the head of a group.
      const [toX, toY] = [target.x + target.width, target.y + (target === from ? 6 : Math.min(target.height / 2, 22))];
      const out = Math.max(fromX, toX) + jumpRoom(Math.abs(fromY - toY)) + index * 6;
      return [{ reach: out, path: `M${round(fromX)} ${round(fromY)}C${round(out)} ${round(fromY)} ${round(out)} ${round(toY)} ${round(toX + 1)} ${round(toY)}`, text: `${(from.step as DrawnStep).name}: ${text}` }];
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
