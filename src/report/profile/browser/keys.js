/** The keys of the page: they work wherever no text is being typed. */
export function followKeys(view, { search, clear }) {
  const keys = {
    ArrowLeft: () => view.pan(-0.15),
    ArrowRight: () => view.pan(0.15),
    ArrowUp: () => (view.box.scrollTop -= 48),
    ArrowDown: () => (view.box.scrollTop += 48),
    '+': () => view.zoom(0.6),
    '=': () => view.zoom(0.6),
    '-': () => view.zoom(1 / 0.6),
    0: () => view.show(0, view.data.spanNs),
    Escape: clear,
    '/': () => search.focus(),
  };
  const anywhere = new Set(['+', '=', '-', '0', 'Escape', '/']);
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select') !== null) return;
    const act = keys[event.key];
    // Arrows scroll the page, but where the timeline has the focus.
    if (act === undefined || !(anywhere.has(event.key) || view.box.contains(event.target))) return;
    act();
    event.preventDefault();
  });
}
