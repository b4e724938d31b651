import { fitCanvas, readTheme } from './theme.js';
import { fitted, timeText } from './words.js';
import { letter } from './paint.js';

const rowHeight = 18;

/**
 * Stacks as boxes, as wide as their time. `parent`, `name` and `ns` are columns, parents before their children; the first is the root.
 */
export class FlameView {
  constructor({ box, canvas, status }, { names, parent, name, ns }) {
    Object.assign(this, { box, canvas, status, names, parent, name, ns });
    this.depth = parent.map(() => 0);
    this.at = parent.map(() => 0);
    const filled = parent.map(() => 0);
    for (let i = 1; i < parent.length; i++) {
      this.depth[i] = this.depth[parent[i]] + 1;
      this.at[i] = this.at[parent[i]] + filled[parent[i]];
      filled[parent[i]] += ns[i];
    }
    this.root = 0;
    this.hovered = -1;
    this.wanted = '';
    this.resize();
  }

  resize() {
    this.theme = readTheme();
    const deepest = this.depth.reduce((most, depth) => Math.max(most, depth), 0);
    this.width = this.box.clientWidth;
    this.height = (deepest + 1) * rowHeight + 2;
    this.canvas.style.height = `${this.height}px`;
    this.paint();
  }

  zoom(node) {
    this.root = node;
    this.say(node);
    this.paint();
  }

  say(node) {
    const share = ((this.ns[node] / this.ns[0]) * 100).toFixed(1);
    this.status.textContent = node === 0 ? '' : `${this.names[this.name[node]][0]}: ${timeText(this.ns[node])}, ${share}% of all`;
  }

  isAbove(node) {
    for (let up = this.parent[this.root]; up >= 0; up = this.parent[up]) if (up === node) return true;
    return false;
  }

  /** Where a box is: null where it is out of sight. */
  boxOf(node) {
    if (this.isAbove(node)) return { x: 0, width: this.width, y: this.depth[node] * rowHeight };
    const scale = this.width / this.ns[this.root];
    const x = (this.at[node] - this.at[this.root]) * scale;
    const width = this.ns[node] * scale;
    if (x + width <= 0.01 || x >= this.width - 0.01 || this.depth[node] < this.depth[this.root]) return null;
    return { x, width, y: this.depth[node] * rowHeight };
  }

  paint() {
    const { theme } = this;
    const context = fitCanvas(this.canvas, this.width, this.height);
    context.fillStyle = theme.ground;
    context.fillRect(0, 0, this.width, this.height);
    context.font = theme.font;
    context.textBaseline = 'middle';
    let cells = 0;
    for (let node = 0; node < this.parent.length; node++) {
      const box = this.boxOf(node);
      if (box === null || box.width < 0.4) continue;
      cells += 1;
      const [label, whole, tone] = this.names[this.name[node]];
      const isFound = this.wanted === '' || label.toLowerCase().includes(this.wanted) || (whole !== 0 && whole.toLowerCase().includes(this.wanted));
      context.globalAlpha = isFound ? (this.isAbove(node) ? 0.6 : 1) : 0.2;
      context.fillStyle = this.wanted !== '' && isFound ? theme.mark : theme.tones[tone];
      context.fillRect(box.x, box.y, Math.max(0.5, box.width - (box.width > 2 ? 1 : 0)), rowHeight - 1);
      const text = box.width > 24 ? fitted(label, box.width - 8, letter) : '';
      context.fillStyle = theme.onTone;
      if (text !== '') context.fillText(text, box.x + 4, box.y + rowHeight / 2);
      if (node === this.hovered) {
        context.strokeStyle = theme.ink;
        context.lineWidth = 1.5;
        context.strokeRect(box.x + 0.5, box.y + 0.5, Math.max(2, box.width - 2), rowHeight - 2);
      }
    }
    context.globalAlpha = 1;
    Object.assign(this.canvas.dataset, { cells: String(cells), root: String(this.root) });
  }

  nodeAt(x, y) {
    for (let node = this.parent.length - 1; node >= 0; node--) {
      const box = this.boxOf(node);
      if (box !== null && y >= box.y && y < box.y + rowHeight && x >= box.x && x < box.x + box.width) return node;
    }
    return -1;
  }

  /** The widest below, or the one beside it. */
  step(key) {
    const children = (of) => this.parent.flatMap((parent, node) => (parent === of && node !== of ? [node] : []));
    if (key === 'ArrowUp') return Math.max(0, this.parent[this.root]);
    if (key === 'ArrowDown') return children(this.root)[0] ?? this.root;
    const beside = this.root === 0 ? [0] : children(this.parent[this.root]);
    return beside[beside.indexOf(this.root) + (key === 'ArrowLeft' ? -1 : 1)] ?? this.root;
  }
}

export function followFlame(view, { input, tooltip }) {
  const { canvas } = view;
  const at = (event) => {
    const bounds = canvas.getBoundingClientRect();
    return view.nodeAt(event.clientX - bounds.left, event.clientY - bounds.top);
  };
  canvas.addEventListener('pointermove', (event) => {
    const node = at(event);
    if (node !== view.hovered) {
      view.hovered = node;
      view.paint();
    }
    if (node < 0) {
      tooltip.hide();
      return;
    }
    const [label, whole] = view.names[view.name[node]];
    tooltip.show(event, label, [...(whole === 0 ? [] : [whole]), `${timeText(view.ns[node])}, ${((view.ns[node] / view.ns[0]) * 100).toFixed(2)}% of all`]);
  });
  canvas.addEventListener('pointerleave', () => {
    view.hovered = -1;
    tooltip.hide();
    view.paint();
  });
  canvas.addEventListener('click', (event) => {
    const node = at(event);
    view.zoom(node < 0 || node === view.root ? 0 : node);
  });
  canvas.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === '0') view.zoom(0);
    else if (event.key.startsWith('Arrow')) view.zoom(view.step(event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener('input', () => {
    view.wanted = input.value.trim().toLowerCase();
    view.paint();
  });
}
