import { timeText } from './words.js';

/** Names that contain a text, in any letter case: by their number, and how many spans with one of them come before each span. */
export function find(data, text) {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return null;
  const names = new Uint8Array(data.names.length);
  for (const [i, [label, whole]] of data.names.entries()) if (label.toLowerCase().includes(wanted) || (whole !== 0 && whole.toLowerCase().includes(wanted))) names[i] = 1;
  return counted(data, names);
}

function counted(data, names) {
  const before = new Uint32Array(data.total + 1);
  let ns = 0;
  for (let i = 0; i < data.total; i++) {
    const hit = names[data.name[i]];
    before[i + 1] = before[i] + hit;
    if (hit === 1) ns += data.end[i] - data.start[i];
  }
  return { names, before, total: before[data.total], ns };
}

/** Searches as one types; Enter goes to the next one in time, with Shift to the one before. */
export function followSearch(view, { input, status, choose }) {
  const search = (text) => {
    view.found = find(view.data, text);
    const { found } = view;
    status.textContent = found === null ? '' : found.total === 0 ? 'nothing has this in its name' : `${found.total.toLocaleString('en-US')} found, ${timeText(found.ns)} in all`;
    view.draw();
  };
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(input.value), 120);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      input.value = '';
      search('');
      input.blur();
    } else if (event.key === 'Enter') {
      search(input.value);
      const span = nextFound(view, event.shiftKey ? -1 : 1);
      if (span >= 0) {
        choose(span);
        view.reveal(span);
      }
    } else return;
    event.stopPropagation();
    event.preventDefault();
  });
  return {
    set(text) {
      input.value = text;
      search(text);
    },
  };
}

/** By time over all lanes, from the chosen one on, and around the end. */
function nextFound({ data, found, selected }, direction) {
  if (found === null || found.total === 0) return -1;
  const here = selected < 0 ? -Infinity : data.start[selected];
  const comes = (a, b) => (data.start[a] - data.start[b] || a - b) * direction;
  let best = -1;
  let first = -1;
  for (let i = 0; i < data.total; i++) {
    if (found.names[data.name[i]] !== 1) continue;
    if (first < 0 || comes(i, first) < 0) first = i;
    const isAfter = selected < 0 || (data.start[i] - here || i - selected) * direction > 0;
    if (isAfter && (best < 0 || comes(i, best) < 0)) best = i;
  }
  return best >= 0 ? best : first;
}

