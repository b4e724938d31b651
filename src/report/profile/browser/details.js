import { laneOf, launched } from './data.js';
import { kindWords } from './layout.js';
import { timeText } from './words.js';

/** What is to be said of a span: its name, and facts as pairs. */
export function factsOf(data, span) {
  const track = data.tracks[laneOf(data, span).track];
  const [label, whole] = data.names[data.name[span]];
  const merged = data.count[span] > 1;
  const facts = [
    ['where', `${track.group}, ${track.title}, ${kindWords[track.kind]}`],
    ['lasts', timeText(data.end[span] - data.start[span])],
    ['begins', timeText(data.start[span])],
  ];
  if (merged) facts.push(['holds', `${data.count[span].toLocaleString('en-US')} short events, busy for ${timeText(data.busy[span + 1] - data.busy[span])}; the name is that of the longest`]);
  const launch = data.launch[span];
  if (launch >= 0) {
    facts.push(['launched by', `${data.names[data.name[launch]][0]} at ${timeText(data.start[launch])}, in ${data.tracks[laneOf(data, launch).track].title}`]);
    facts.push(['waited', `${timeText(data.start[span] - data.start[launch])} from the launch to the start`]);
  } else if (launched.has(track.kind) && !merged) facts.push(['launched by', 'a call that is not in the profile']);
  return { name: label, whole: whole === 0 ? '' : whole, facts };
}

/** The work that a call launched. */
export function launchedBy(data, call) {
  return data.launch.indexOf(call);
}

/** A box beside the pointer. Everything in it is text. */
export function makeTooltip(element) {
  return {
    hide() {
      element.hidden = true;
    },
    show(event, title, lines) {
      element.replaceChildren(part('strong', title), ...lines.map((line) => part('span', line)));
      element.hidden = false;
      const { width, height } = element.getBoundingClientRect();
      element.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
      element.style.top = `${event.clientY + 18 + height > innerHeight ? Math.max(4, event.clientY - height - 12) : event.clientY + 18}px`;
    },
  };
}

/** An element with text in it. */
export function part(name, text, className = '') {
  const element = document.createElement(name);
  element.textContent = text;
  if (className !== '') element.className = className;
  return element;
}

/** Shows the facts of the chosen span below the timeline, with buttons that go to it, its launch or its work. */
export function showDetails(element, view, choose) {
  const { data, selected } = view;
  element.replaceChildren();
  element.hidden = selected < 0;
  if (selected < 0) return;
  const { name, whole, facts } = factsOf(data, selected);
  const list = document.createElement('dl');
  for (const [title, text] of facts) {
    const row = document.createElement('div');
    row.append(part('dt', title), part('dd', text));
    list.append(row);
  }
  const buttons = document.createElement('p');
  const button = (text, span) => {
    const made = part('button', text);
    made.type = 'button';
    made.addEventListener('click', () => {
      choose(span);
      view.reveal(span);
    });
    buttons.append(made);
  };
  button('Zoom to it', selected);
  if (data.launch[selected] >= 0) button('Go to its launch', data.launch[selected]);
  const work = data.tracks[laneOf(data, selected).track].kind === 'call' ? launchedBy(data, selected) : -1;
  if (work >= 0) button('Go to its work', work);
  element.append(part('strong', name), ...(whole === '' ? [] : [part('code', whole)]), list, buttons);
}
