import { decodeTimeline } from './data.js';
import { factsOf, makeTooltip, showDetails } from './details.js';
import { followFindings } from './findings.js';
import { FlameView, followFlame } from './flame.js';
import { followKeys } from './keys.js';
import { followOverview } from './overview.js';
import { followPointer } from './pointer.js';
import { followSearch } from './search.js';
import { onTheme } from './theme.js';
import { TimelineView } from './view.js';

const one = (selector) => document.querySelector(selector);
const dataOf = (id) => document.getElementById(id)?.textContent ?? null;

async function startTimeline(tooltip) {
  const index = dataOf('timeline-index');
  if (index === null) return [];
  const data = await decodeTimeline(JSON.parse(index), dataOf('timeline-data'));
  const box = one('#timeline-box');
  box.hidden = false;
  one('#timeline-loading').remove();
  const view = new TimelineView({ box, canvas: one('#timeline-canvas'), spacer: one('#timeline-spacer') }, data);
  const details = one('#timeline-details');
  const status = one('#timeline-status');
  const input = one('#timeline-search');
  const choose = (span) => {
    view.selected = span;
    showDetails(details, view, choose);
    view.draw();
  };
  const search = followSearch(view, { input, status, choose });
  followPointer(view, {
    choose,
    hover(span, event) {
      if (span !== view.hovered) {
        view.hovered = span;
        view.draw();
      }
      if (span < 0) tooltip.hide();
      else {
        const { name, facts } = factsOf(data, span);
        tooltip.show(event, name, facts.map(([title, text]) => `${title}: ${text}`));
      }
    },
  });
  const clear = () => {
    view.marks = [];
    search.set('');
    choose(-1);
    status.textContent = '';
  };
  followKeys(view, { search: input, clear });
  followFindings(view, { search, status });
  one('#zoom-in').addEventListener('click', () => view.zoom(0.5));
  one('#zoom-out').addEventListener('click', () => view.zoom(2));
  one('#zoom-all').addEventListener('click', () => view.show(0, data.spanNs));
  box.addEventListener('scroll', () => view.draw());
  const overview = followOverview(view, one('#timeline-overview'));
  return [() => view.resize(), overview];
}

function startFlame(tooltip) {
  const text = dataOf('flame-data');
  if (text === null) return [];
  const view = new FlameView({ box: one('#flame-box'), canvas: one('#flame-canvas'), status: one('#flame-status') }, JSON.parse(text));
  followFlame(view, { input: one('#flame-search'), tooltip });
  return [() => view.resize()];
}

async function start() {
  document.documentElement.classList.add('scripted');
  const tooltip = makeTooltip(one('#tooltip'));
  const resize = [...startFlame(tooltip), ...(await startTimeline(tooltip))];
  const all = () => {
    for (const act of resize) act();
  };
  addEventListener('resize', all);
  onTheme(all);
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}

void start();
