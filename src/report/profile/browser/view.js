import { laneOf } from './data.js';
import { kindWords, laneHeight, layoutOf } from './layout.js';
import { letter, makeStrips, paintLane } from './paint.js';
import { fitCanvas, readTheme } from './theme.js';
import { fitted, timeTicks } from './words.js';

export const rulerHeight = 24;

/** What of a timeline is seen, and its drawing: at most once a frame, however often something changes. */
export class TimelineView {
  constructor({ box, canvas, spacer }, data) {
    Object.assign(this, { box, canvas, spacer, data });
    this.from = 0;
    this.to = Math.max(1, data.spanNs);
    /** Numbers of spans; -1: none. */
    this.hovered = -1;
    this.selected = -1;
    /** What a search found: `names` by their number, `before` how many spans before each. */
    this.found = null;
    /** Stretches that a finding is about: {from, to}. */
    this.marks = [];
    /** A stretch that is being drawn out on the ruler. */
    this.drawn = null;
    this.listeners = [];
    this.waiting = false;
    this.resize();
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  resize() {
    this.theme = readTheme();
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    this.layout = layoutOf(this.data, this.width);
    const whole = this.layout.height + rulerHeight;
    this.spacer.style.height = `${whole}px`;
    this.box.style.height = `${Math.max(120, whole + 4)}px`;
    this.height = this.box.clientHeight;
    this.strips = makeStrips(Math.ceil(this.plotWidth * (devicePixelRatio || 1)) + 1);
    this.draw();
  }

  get plotWidth() {
    return Math.max(50, this.width - this.layout.gutter);
  }

  /** Shows a stretch of time. It stays within the profile, with a little around it, and is at least 20 ns. */
  show(from, to) {
    const whole = Math.max(1, this.data.spanNs);
    const length = Math.min(whole * 1.04, Math.max(20, to - from));
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - length / 2, -whole * 0.02), whole * 1.02 - length);
    this.to = this.from + length;
    this.draw();
  }

  /** Keeps the time at `at` in its place. */
  zoom(factor, at = (this.from + this.to) / 2) {
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  pan(part) {
    const by = (this.to - this.from) * part;
    this.show(this.from + by, this.to + by);
  }

  timeAt(x) {
    return this.from + ((x - this.layout.gutter) / this.plotWidth) * (this.to - this.from);
  }

  xOf(time) {
    return this.layout.gutter + ((time - this.from) / (this.to - this.from)) * this.plotWidth;
  }

  /** Middle of a lane on the canvas; null where it has none. */
  yOf(lane) {
    const row = this.layout.rows.find((one) => one.lane === lane);
    return row === undefined ? null : row.y + rulerHeight - this.box.scrollTop + laneHeight / 2;
  }

  /** Shows a span with something around it, and its lane. */
  reveal(span) {
    const length = Math.max(200, this.data.end[span] - this.data.start[span]);
    this.show(this.data.start[span] - length * 4, this.data.end[span] + length * 4);
    const y = this.yOf(laneOf(this.data, span));
    if (y !== null && (y < rulerHeight + 20 || y > this.height - 20)) this.box.scrollTop += y - this.height / 2;
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  paint() {
    const began = performance.now();
    const { theme, layout, width, height } = this;
    const context = fitCanvas(this.canvas, width, height);
    context.fillStyle = theme.ground;
    context.fillRect(0, 0, width, height);
    context.textBaseline = 'middle';
    context.font = theme.font;
    this.paintGrid(context);
    this.paintMarks(context, 'below');
    const top = rulerHeight - this.box.scrollTop;
    let looked = 0;
    context.save();
    context.beginPath();
    context.rect(0, rulerHeight, width, height - rulerHeight);
    context.clip();
    for (const row of layout.rows) {
      const y = top + row.y;
      if (y + laneHeight < rulerHeight || y > height) continue;
      looked += paintLane(context, this.data, theme, { lane: row.lane, x: layout.gutter, y, width: this.plotWidth, from: this.from, to: this.to, found: this.found, strips: this.strips });
    }
    this.paintMarks(context, 'above');
    this.paintTitles(context, top);
    for (const span of [this.hovered, this.selected]) if (span >= 0) this.paintLinks(context, span);
    context.restore();
    this.paintRuler(context);
    Object.assign(this.canvas.dataset, { from: String(Math.round(this.from)), to: String(Math.round(this.to)), spans: String(looked), marked: String(this.marks.reduce((sum, { spans }) => sum + spans.length, 0)), frameMs: (performance.now() - began).toFixed(2) });
    for (const listener of this.listeners) listener(this);
  }

  paintGrid(context) {
    context.fillStyle = this.theme.grid;
    for (const { at } of timeTicks(this.from, this.to, this.plotWidth / 110)) context.fillRect(Math.round(this.xOf(at)), rulerHeight, 1, this.height);
  }

  paintRuler(context) {
    const { theme, width, layout } = this;
    context.fillStyle = theme.panel;
    context.fillRect(0, 0, width, rulerHeight);
    context.fillStyle = theme.rule;
    context.fillRect(0, rulerHeight - 1, width, 1);
    context.fillStyle = theme.soft;
    const ticks = timeTicks(this.from, this.to, this.plotWidth / 110);
    for (const { at, label } of ticks) {
      const x = this.xOf(at);
      if (x < layout.gutter || x + label.length * letter + 4 > width) continue;
      context.fillRect(Math.round(x), rulerHeight - 6, 1, 5);
      context.fillText(label, x + 4, rulerHeight / 2);
    }
    if (this.drawn !== null) {
      const [a, b] = [this.xOf(this.drawn.from), this.xOf(this.drawn.to)];
      context.fillStyle = theme.band;
      context.fillRect(Math.min(a, b), 0, Math.abs(b - a), this.height);
    }
  }

  paintTitles(context, top) {
    const { theme, layout, width } = this;
    if (!layout.narrow) {
      context.fillStyle = theme.ground;
      context.fillRect(0, rulerHeight, layout.gutter, this.height);
    }
    for (const { y, height, title, kind } of layout.titles) {
      const middle = top + y + height / 2;
      if (middle < rulerHeight - height || middle > this.height + height) continue;
      context.fillStyle = theme.soft;
      const words = kindWords[kind] ?? kind;
      if (layout.narrow) context.fillText(fitted(`${title} · ${words}`, width - 8, letter), 4, middle);
      else {
        context.fillText(fitted(title, layout.gutter - 16 - words.length * letter, letter), 8, middle);
        context.textAlign = 'right';
        context.fillText(words, layout.gutter - 8, middle);
        context.textAlign = 'left';
      }
    }
    context.font = theme.bold;
    for (const { y, height, title } of layout.groups) {
      context.fillStyle = theme.ground;
      context.fillRect(0, top + y, width, height);
      context.fillStyle = theme.rule;
      context.fillRect(0, Math.round(top + y), width, 1);
      context.fillStyle = theme.ink;
      context.fillText(fitted(title, width - 16, letter + 1), 8, top + y + height / 2 + 1);
    }
    context.font = theme.font;
  }

  /** What a finding is about: a band behind the spans, then a frame around each; lines where it names no spans. */
  paintMarks(context, where) {
    const { theme, layout, width } = this;
    for (const { from, to, spans } of this.marks) {
      const left = Math.max(layout.gutter, this.xOf(from));
      const right = Math.min(width, this.xOf(to));
      if (right < layout.gutter || left > width) continue;
      if (where === 'below') {
        context.fillStyle = theme.band;
        context.fillRect(left, rulerHeight, Math.max(2, right - left), this.height);
      } else if (spans.length === 0) {
        context.fillStyle = theme.mark;
        context.fillRect(left, rulerHeight, 1.5, this.height);
        if (right - left > 3) context.fillRect(right - 1.5, rulerHeight, 1.5, this.height);
      } else for (const span of spans) this.paintFrame(context, span, theme.mark, 2);
    }
  }

  paintFrame(context, span, colour, thick) {
    const y = this.yOf(laneOf(this.data, span));
    const left = Math.max(this.layout.gutter, this.xOf(this.data.start[span]));
    const right = Math.min(this.width, this.xOf(this.data.end[span]));
    if (y === null || right < this.layout.gutter || left > this.width) return;
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.strokeRect(left - 0.5, y - laneHeight / 2 + 0.5, Math.max(3, right - left + 1), laneHeight - 1);
  }

  /** A frame around a span, and a line to the call that launched it. */
  paintLinks(context, span) {
    const { data, theme, layout } = this;
    const y = this.yOf(laneOf(data, span));
    if (y === null) return;
    this.paintFrame(context, span, theme.ink, 1.5);
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    const launch = data.launch[span];
    if (launch < 0) return;
    const launchY = this.yOf(laneOf(data, launch));
    if (launchY === null) return;
    const [a, b] = [this.xOf(data.start[launch]), this.xOf(data.start[span])];
    context.save();
    context.beginPath();
    context.rect(layout.gutter, rulerHeight, this.plotWidth, this.height);
    context.clip();
    context.beginPath();
    // Along the gap below the call, then straight to its work: the way covers no names.
    const below = launchY + laneHeight / 2 + 2;
    context.moveTo(a + 1, launchY);
    context.lineTo(a + 1, below);
    context.lineTo(b, below);
    context.lineTo(b, y);
    context.setLineDash([4, 3]);
    context.stroke();
    context.setLineDash([]);
    context.strokeRect(a, launchY - laneHeight / 2 + 0.5, Math.max(3, this.xOf(data.end[launch]) - a), laneHeight - 1);
    context.restore();
  }
}
