/** Buttons of findings show their stretch of time in the timeline, and mark their rows. Times are nanoseconds. */
export function followFindings(view, { search, status }) {
  for (const button of document.querySelectorAll('button[data-from]')) {
    button.addEventListener('click', () => {
      const from = Number(button.dataset.from);
      const to = Number(button.dataset.to);
      const around = Math.max(500, (to - from) * 0.15);
      const rows = button.dataset.rows === '' ? [] : button.dataset.rows.split(';').map((row) => row.split(',').map(Number));
      view.marks = rows.length === 0 ? [{ from, to }] : rows.map(([begin, end]) => ({ from: begin, to: end }));
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
