import { firstAbove } from './data.js';
import { fitCanvas } from './theme.js';

/** How busy the devices are over the whole profile (or the threads, where there is none), with a frame around what the timeline shows. */
export function followOverview(view, canvas) {
  const { data } = view;
  const ofDevices = data.tracks.some(({ kind }) => kind === 'kernel' || kind === 'copy' || kind === 'graph');
  const title = ofDevices ? 'how busy the devices are' : 'how busy the threads are';
  let bars = [];
  /** The same left edge as the lanes below. */
  const edge = () => view.layout.gutter;
  const wide = () => Math.max(50, canvas.clientWidth - edge());
  const xOf = (time) => edge() + (time / data.spanNs) * wide();
  const timeAt = (x) => ((x - edge()) / wide()) * data.spanNs;

  const measure = () => {
    const kinds = ofDevices ? ['kernel', 'copy', 'set', 'graph'] : ['function', 'call', 'range'];
    const lanes = data.lanes.filter(({ track }) => kinds.includes(data.tracks[track].kind));
    const count = Math.max(1, Math.floor(wide() / 2));
    const step = data.spanNs / count;
    bars = Array.from({ length: count }, (_, i) => {
      const most = new Map();
      for (const { track, first, size } of lanes) {
        const low = firstAbove(data.end, i * step, first, first + size);
        const high = firstAbove(data.start, (i + 1) * step, low, first + size);
        if (high === low) continue;
        const cut = Math.max(0, i * step - data.start[low]) + Math.max(0, data.end[high - 1] - (i + 1) * step);
        const { group } = data.tracks[track];
        most.set(group, Math.min(1, (most.get(group) ?? 0) + Math.max(0, data.busy[high] - data.busy[low] - cut) / step));
      }
      return [...most.values()].reduce((sum, share) => sum + share, 0);
    });
    const groups = new Set(lanes.map(({ track }) => data.tracks[track].group)).size;
    bars = bars.map((sum) => sum / Math.max(1, groups));
  };

  const paint = () => {
    const height = canvas.clientHeight;
    const context = fitCanvas(canvas, canvas.clientWidth, height);
    context.fillStyle = view.theme.panel;
    context.fillRect(0, 0, canvas.clientWidth, height);
    if (edge() > 0) {
      context.font = view.theme.font;
      context.textBaseline = 'middle';
      context.fillStyle = view.theme.soft;
      context.fillText(title, 8, height / 2);
    }
    context.fillStyle = view.theme.accent;
    context.globalAlpha = 0.55;
    for (const [i, share] of bars.entries()) context.fillRect(edge() + (i * wide()) / bars.length, height - share * (height - 2), wide() / bars.length, share * (height - 2));
    context.globalAlpha = 1;
    for (const { from: begin, to } of view.marks) {
      context.fillStyle = view.theme.mark;
      context.fillRect(xOf(begin), 0, Math.max(2, xOf(to) - xOf(begin)), 3);
    }
    const left = xOf(Math.max(0, view.from));
    const right = xOf(Math.min(data.spanNs, view.to));
    context.strokeStyle = view.theme.ink;
    context.lineWidth = 1.5;
    context.strokeRect(left + 0.75, 0.75, Math.max(2, right - left - 1.5), height - 1.5);
  };

  const move = (event) => {
    const middle = timeAt(event.clientX - canvas.getBoundingClientRect().left);
    const half = (view.to - view.from) / 2;
    view.show(middle - half, middle + half);
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event);
  });
  view.onChange(paint);
  measure();
  return () => {
    measure();
    paint();
  };
}
