import { firstAbove } from './data.js';

/** Buttons of findings show their stretch of time in the timeline, and mark their rows. Times are nanoseconds. */
export function followFindings(view, { search, status }) {
  for (const button of document.querySelectorAll('button[data-from]')) {
    button.addEventListener('click', () => {
      const from = Number(button.dataset.from);
      const to = Number(button.dataset.to);
      const around = Math.max(500, (to - from) * 0.15);
      const rows = button.dataset.rows === '' ? [] : button.dataset.rows.split(';').map((row) => row.split(',').map(Number));
      view.marks = rows.length === 0 ? [{ from, to, spans: [] }] : rows.map(([begin, end]) => ({ from: begin, to: end, spans: spansFrom(view.data, begin, end) }));
      search.set('');
      view.show(from - around, to + around);
      status.textContent = `marked: ${button.dataset.title}`;
      document.querySelector('#timeline').scrollIntoView({ block: 'start' });
      view.box.focus({ preventScroll: true });
    });
  }
  for (const element of document.querySelectorAll('[data-search]')) {
    element.addEventListener('click', () => {
      search.set(element.dataset.search);
      document.querySelector('#timeline').scrollIntoView({ block: 'start' });
    });
  }
}

/** Spans with just these times: none where they were merged with others. */
function spansFrom({ lanes, start, end }, from, to) {
  return lanes.flatMap(({ first, size }) => {
    const after = firstAbove(start, from, first, first + size);
    return after > first && start[after - 1] === from && end[after - 1] === to ? [after - 1] : [];
  });
}
