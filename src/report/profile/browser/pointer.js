import { firstAbove, longestOf } from './data.js';
import { laneHeight } from './layout.js';
import { rulerHeight } from './view.js';

/** The span under a place on the canvas, with two pixels of good will; -1 where there is none. */
export function spanAt(view, x, y) {
  if (y < rulerHeight || x < view.layout.gutter) return -1;
  const below = y - rulerHeight + view.box.scrollTop;
  const row = view.layout.rows.find((one) => below >= one.y && below < one.y + laneHeight);
  if (row === undefined) return -1;
  const { data } = view;
  const { first, size } = row.lane;
  const slack = ((view.to - view.from) / view.plotWidth) * 2;
  const at = view.timeAt(x);
  const exact = firstAbove(data.end, at, first, first + size);
  if (exact < first + size && data.start[exact] <= at) return exact;
  const low = firstAbove(data.end, at - slack, first, first + size);
  const high = firstAbove(data.start, at + slack, low, first + size);
  return high > low ? longestOf(data, low, high) : -1;
}

/** Dragging pans, the ruler draws out a stretch, two fingers and the wheel with Ctrl zoom, a click chooses. */
export function followPointer(view, { hover, choose }) {
  const { canvas } = view;
  const fingers = new Map();
  let last = null;
  let moved = 0;
  const place = (event) => {
    const bounds = canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    view.box.focus({ preventScroll: true });
    const at = place(event);
    fingers.set(event.pointerId, at);
    last = at;
    moved = 0;
    if (at.y < rulerHeight) view.drawn = { from: view.timeAt(at.x), to: view.timeAt(at.x) };
  });

  canvas.addEventListener('pointermove', (event) => {
    const at = place(event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) {
      hover(spanAt(view, at.x, at.y), event);
      return;
    }
    fingers.set(event.pointerId, at);
    if (fingers.size === 2) pinch(event.pointerId, before, at);
    else if (view.drawn !== null) {
      view.drawn.to = view.timeAt(at.x);
      view.draw();
    } else {
      view.pan((last.x - at.x) / view.plotWidth);
      if (event.pointerType === 'mouse') view.box.scrollTop += last.y - at.y;
    }
    moved += Math.abs(at.x - last.x) + Math.abs(at.y - last.y);
    last = at;
    hover(-1, event);
  });

  const end = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    const at = place(event);
    const { drawn } = view;
    view.drawn = null;
    if (drawn !== null && moved > 4) view.show(Math.min(drawn.from, drawn.to), Math.max(drawn.from, drawn.to));
    else if (moved <= 4 && event.type === 'pointerup') choose(spanAt(view, at.x, at.y));
    view.draw();
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('pointerleave', (event) => hover(-1, event));

  canvas.addEventListener('dblclick', (event) => {
    const at = place(event);
    const span = spanAt(view, at.x, at.y);
    if (span >= 0) view.reveal(span);
    else view.zoom(0.4, view.timeAt(at.x));
  });

  canvas.addEventListener('wheel', (event) => {
    if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.01), view.timeAt(place(event).x));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan((event.deltaX || event.deltaY) / view.plotWidth);
    else return;
    event.preventDefault();
  }, { passive: false });

  function pinch(moving, before, at) {
    const [, other] = [...fingers].find(([id]) => id !== moving);
    const [was, is] = [Math.abs(before.x - other.x), Math.abs(at.x - other.x)];
    if (was > 10 && is > 10) view.zoom(was / is, view.timeAt((at.x + other.x) / 2));
  }
}
