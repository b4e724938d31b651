import { tones, type Tone } from './tones.js';

/** Light enough for dark letters on them, in light and in dark. */
const colours: Record<Tone, string> = {
  matrix: '#8db4ee', attention: '#c2a5ec', convolution: '#77cdc4', communication: '#f0a27b', elementwise: '#a5ce88', reduction: '#e6c75c', memory: '#d9aa8f', other: '#b4bcc6',
  'to-device': '#ec93ab', 'to-host': '#7cc7ec', 'on-device': '#d0b3d9', set: '#c3c9a0',
  launch: '#93bbe8', wait: '#f3a683', call: '#bac2cc', 'range-a': '#9fd0b5', 'range-b': '#b7c8ea', 'range-c': '#e3cf96', graph: '#b79ce8', script: '#8db4ee', library: '#a5ce88', native: '#d9b49a',
};

/** What the page of a profile has beyond the style of reports. */
export const profileStyle = `
:root { --on-tone: #16191d; --mark: #d6246e; ${tones.map((tone, i) => `--tone-${i}: ${colours[tone]};`).join(' ')} }
@media (prefers-color-scheme: dark) { :root { --mark: #ff6fa8; } }
main { max-width: 1280px; }
.figures { grid-template-columns: none; display: flex; flex-wrap: wrap; border-bottom: 0; }
.figures > div, .figures > div + div, .figures > div:nth-child(n) { flex: 1 1 150px; padding: 12px 14px 12px 0; border: 0; border-bottom: 1px solid var(--rule); }
.figures dd { white-space: normal; overflow-wrap: anywhere; font-size: 18px; }
html:not(.scripted) .scripted-only { display: none; }
button, .bar input { font: inherit; font-size: 13px; color: var(--ink); background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 10px; min-height: 30px; }
button { cursor: pointer; } button:hover { border-color: var(--soft); }
.bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin-bottom: 8px; }
.bar input { flex: 1 1 180px; max-width: 340px; min-width: 0; } .bar .note { flex: 1 1 160px; }
.bar input::placeholder { color: var(--soft); opacity: 1; }
kbd { font: 11.5px var(--mono); border: 1px solid var(--rule); border-radius: 4px; padding: 0 4px; background: var(--panel); color: var(--ink); }
#timeline-overview { display: block; width: 100%; height: 36px; border: 1px solid var(--rule); border-bottom: 0; cursor: pointer; touch-action: pan-y; }
#timeline-box { position: relative; height: 300px; max-height: min(62vh, 640px); overflow-y: auto; overflow-x: hidden; border: 1px solid var(--rule); }
#timeline-spacer { position: absolute; inset: 0 0 auto 0; pointer-events: none; }
#timeline-canvas { position: sticky; top: 0; display: block; width: 100%; height: 100%; touch-action: pan-y; cursor: grab; }
#timeline-canvas:active { cursor: grabbing; }
#timeline-details { margin-top: 8px; padding: 10px 14px; background: var(--panel); border: 1px solid var(--rule); font-size: 13.5px; overflow-wrap: anywhere; }
#timeline-details code { display: block; color: var(--soft); margin-top: 2px; }
#timeline-details dl { margin: 6px 0 8px; display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 2px 20px; }
#timeline-details dl > div { display: flex; gap: 8px; } #timeline-details dt { color: var(--soft); white-space: nowrap; }
#timeline-details p { display: flex; gap: 6px; flex-wrap: wrap; }
#tooltip { position: fixed; z-index: 9; max-width: min(420px, 92vw); padding: 6px 10px; background: var(--paper); color: var(--ink); border: 1px solid var(--soft); border-radius: 6px; font-size: 12.5px; line-height: 1.4; pointer-events: none; overflow-wrap: anywhere; box-shadow: 0 2px 10px #0003; }
#tooltip > * { display: block; }
.tones { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 8px; font-size: 12.5px; color: var(--soft); }
.tones i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; vertical-align: -1px; }
#flame-box { width: 100%; max-height: 70vh; overflow-y: auto; border: 1px solid var(--rule); } #flame-canvas { display: block; width: 100%; cursor: pointer; }
.treemap { position: relative; height: 420px; border: 1px solid var(--rule); }
.treemap .family, .treemap .kernel { position: absolute; overflow: hidden; }
.treemap .kernel { border: .5px solid var(--paper); color: var(--on-tone); font: inherit; font-size: 12px; line-height: 1.25; text-align: left; border-radius: 0; padding: 3px 5px; min-height: 0; display: flex; flex-direction: column; justify-content: flex-start; overflow-wrap: anywhere; }
.treemap .kernel:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
.treemap .kernel span { display: block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: none; } .treemap .tall span { white-space: normal; }
${tones.map((_, i) => `.tone-${i} { background-color: var(--tone-${i}); fill: var(--tone-${i}); stroke: var(--tone-${i}); }`).join('\n')}
.copies { width: 100%; display: block; overflow: visible; } .copies .grid { stroke: var(--grid); stroke-width: 1; } .copies text { fill: var(--soft); font-size: 11.5px; } .copies rect { stroke: none; } .copies circle { stroke: none; }
.chart { padding-left: 62px; padding-right: 8px; } .chart + .chart { margin-top: 10px; } .chart figcaption { font-size: 13px; color: var(--soft); margin: 0 0 4px -62px; }
.findings article { border-top: 1px solid var(--rule); padding: 12px 0; } .findings article:last-child { border-bottom: 1px solid var(--rule); }
.findings h3 { font-size: 15px; font-weight: 600; margin: 0; overflow-wrap: anywhere; } .findings .meta { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; margin-bottom: 2px; font-size: 13px; color: var(--soft); }
.findings ul { margin: 6px 0 0; padding-left: 18px; font-size: 13.5px; } .findings li { margin-top: 3px; overflow-wrap: anywhere; } .findings button { padding: 1px 8px; min-height: 24px; font-size: 12.5px; margin-left: 4px; }
.findings .headroom { color: var(--ink); font-weight: 600; }
.answer { border-top: 1px solid var(--rule); } .answer:last-of-type { border-bottom: 1px solid var(--rule); }
.answer > summary { padding: 9px 0; } .answer > summary code { font-weight: 600; margin-right: 8px; }
.answer table { font-size: 13px; margin-bottom: 6px; } .answer td { padding: 4px 14px 4px 0; max-width: 460px; overflow-wrap: anywhere; } .answer th { padding-bottom: 3px; }
.answer .scroll { margin: 0 0 10px; }
ul.plain { padding-left: 18px; font-size: 14px; }
.abstained { margin-top: 14px; font-size: 13.5px; } .abstained ul { padding-left: 18px; }
@media (max-width: 640px) { .treemap { height: 340px; } .treemap .slim { font-size: 0; } .treemap .slim span { font-size: 0; } #timeline-box { max-height: 60vh; } .chart { padding-left: 48px; } .chart figcaption { margin-left: -48px; } }
@media print {
  :root { --mark: #d6246e; --on-tone: #16191d; }
  .bar, #timeline-overview, #timeline-details, #tooltip, .findings button { display: none; }
  #timeline-box, #flame-box { height: auto; max-height: none; overflow: visible; border: 0; }
  .answer table { font-size: 7.5pt; } .answer th, .answer th.n { font-size: 7pt; white-space: normal; } .answer th, .answer td { max-width: none; padding: 2px 6px 2px 0; }
  .tones, .note { font-size: 8.5pt; }
  .treemap, .chart, .findings article { break-inside: avoid; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
}
`;
