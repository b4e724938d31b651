/** The style sheet of the report: system fonts, colours for light, dark and paper, one column down to a phone's width. */
export const style = `
:root {
  --paper: #fff; --panel: #f6f7f8; --ink: #16191d; --soft: #59626d; --rule: #dfe3e7; --grid: #eceff1;
  --accent: #1f5fbf; --band: #1f5fbf22; --good: #14713d; --bad: #b3261e; --unsure: #8a5a00; --held: #7338a8;
  --good-paper: #e6f4ea; --bad-paper: #fbe9e7; --unsure-paper: #fbf0d9; --held-paper: #f1e7fa; --plain-paper: #eceff1;
  --sans: -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Inter, 'Noto Sans', Ubuntu, Cantarell, 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --panel: #1c2024; --ink: #e7eaed; --soft: #a0a9b3; --rule: #30363c; --grid: #23282d;
    --accent: #7fb2ff; --band: #7fb2ff2b; --good: #6fd495; --bad: #ff8f85; --unsure: #e9b949; --held: #cda2f5;
    --good-paper: #163323; --bad-paper: #402020; --unsure-paper: #3a2e10; --held-paper: #33223f; --plain-paper: #262b30;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--sans); overflow-wrap: break-word; }
main { max-width: 1020px; margin: 0 auto; padding: 40px 24px 64px; }
h1, h2, p, dl, dd, ul, ol, figure, pre, table { margin: 0; padding: 0; }
h1 { font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; }
h2 { font-size: 17px; line-height: 1.3; font-weight: 600; letter-spacing: -.005em; margin-bottom: 14px; }
section { margin-top: 44px; }
code, pre { font-family: var(--mono); font-size: 12.5px; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.note, .unit { color: var(--soft); font-size: 13px; font-weight: 400; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.n { font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); } .held { color: var(--held); }

.eyebrow { color: var(--soft); font-size: 13px; display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; margin-bottom: 18px; }
.state::before { content: '·'; margin-right: 10px; }
.headline { font-size: clamp(34px, 6.5vw, 54px); line-height: 1.08; font-weight: 650; letter-spacing: -.03em; margin: 4px 0 8px; }
.headline.plain { color: var(--ink); }
.detail { font-size: 17px; color: var(--ink); text-wrap: pretty; }
.refs { display: flex; flex-wrap: wrap; gap: 2px 22px; margin-top: 14px; font-size: 13px; }
.refs > div { display: flex; gap: 7px; min-width: 0; }
dd, .detail, .reasons li, .alert, .why, .title, .decisions span, .note code, h1 { overflow-wrap: anywhere; }
.refs dt { color: var(--soft); white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(6, 1fr); margin-top: 28px; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.figures > div { padding: 12px 14px 12px 0; }
.figures > div + div { border-left: 1px solid var(--rule); padding-left: 14px; }
.figures dt { color: var(--soft); font-size: 13px; }
.figures dd { font-size: 19px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap; }
.figures .note { display: block; font-size: 12px; line-height: 1.35; letter-spacing: 0; white-space: normal; overflow-wrap: normal; }

.alert { margin-top: 24px; padding: 10px 14px; border-left: 3px solid var(--unsure); background: var(--unsure-paper); color: var(--ink); font-size: 14px; }
.alert.bad { border-color: var(--bad); background: var(--bad-paper); }
.alert p + p { margin-top: 4px; }
.alert p { white-space: pre-wrap; }
.alert ul { padding-left: 20px; margin-top: 4px; }
.alert summary { font-weight: 600; cursor: pointer; }
.missing { margin-top: 12px; padding: 8px 12px; border: 1px dashed var(--unsure); color: var(--ink); font-size: 13px; }

table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 400; color: var(--soft); font-size: 13px; vertical-align: bottom; padding: 0 14px 6px 0; }
td { vertical-align: top; padding: 8px 14px 8px 0; border-top: 1px solid var(--rule); }
th.n, td.n { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.worth .note { display: block; font-size: 12.5px; } .worth .id { font-family: var(--mono); font-size: 12.5px; white-space: nowrap; }
.overview .note { display: block; font-size: 12.5px; overflow-wrap: anywhere; }
.overview .id { font-family: var(--mono); font-size: 12.5px; line-height: 21px; white-space: nowrap; }
.overview .bar { width: 30%; padding-right: 20px; }
.overview .gain > span:first-child:not(.note) { font-weight: 600; }
.overview .gain > .note:first-child { line-height: 22px; }
.overview .verdict { text-align: right; width: 1%; }
.overview th:last-child { text-align: right; }
.chip { display: inline-block; padding: 1px 8px; border-radius: 10px; font-size: 12.5px; line-height: 18px; white-space: nowrap; background: var(--plain-paper); color: var(--ink); }
.chip.good { background: var(--good-paper); color: var(--good); } .chip.bad { background: var(--bad-paper); color: var(--bad); }
.chip.unsure { background: var(--unsure-paper); color: var(--unsure); } .chip.held { background: var(--held-paper); color: var(--held); }

.metrics { width: auto; min-width: min(100%, 560px); }
.metrics th[scope='rowgroup'] { color: var(--ink); font-weight: 600; font-size: 14px; vertical-align: top; padding: 5px 28px 5px 0; border-top: 1px solid var(--rule); }
.metrics td { padding: 3px 0 3px 28px; border: 0; white-space: nowrap; }
.metrics th.n { padding: 0 0 6px 28px; }
.metrics td:first-of-type { padding-left: 0; color: var(--soft); }
.metrics tr:first-child td { border-top: 1px solid var(--rule); padding-top: 5px; }
.metrics tr:first-child td:not(:nth-child(2)) { font-weight: 600; }
.metrics tr:last-child td { padding-bottom: 7px; }
.scroll { overflow-x: auto; margin-top: 20px; }

details > summary { cursor: pointer; }
.trial { border-top: 1px solid var(--rule); }
.trial:last-of-type { border-bottom: 1px solid var(--rule); }
.trial > summary, .finding > summary { display: flex; align-items: baseline; gap: 12px; padding: 11px 0; list-style: none; }
.trial > summary::-webkit-details-marker, .finding > summary::-webkit-details-marker { display: none; }
.trial > summary::before, .finding > summary::before { content: ''; flex: none; width: 6px; height: 6px; margin: 0 4px 1px 2px; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); }
details[open].trial > summary::before, details[open].finding > summary::before { transform: translateY(-2px) rotate(45deg); }
.trial .id { font-family: var(--mono); font-size: 12.5px; color: var(--soft); white-space: nowrap; }
.trial .title { flex: 1; min-width: 0; font-weight: 600; overflow-wrap: anywhere; }
.trial summary .gain { font-variant-numeric: tabular-nums; white-space: nowrap; }
.trial > .body { padding: 0 0 28px 24px; scroll-margin-top: 56px; }
.trial > .body > .refs { margin-top: 0; }
.why { margin-top: 12px; max-width: 72ch; white-space: pre-line; text-wrap: pretty; }
.reasons { margin-top: 14px; }
.reasons ul { list-style: none; margin-top: 2px; }
.reasons li { padding: 2px 0; max-width: 84ch; }
.reasons code { background: var(--panel); padding: 1px 5px; border-radius: 3px; }
.recheck { margin-top: 16px; font-size: 13px; color: var(--soft); }
.recheck.differs { color: var(--bad); font-weight: 600; }
pre { background: var(--panel); padding: 10px 12px; overflow-x: auto; line-height: 1.5; white-space: pre; overflow-wrap: normal; tab-size: 4; border-radius: 4px; margin-top: 6px; }

.diff { margin-top: 16px; }
.diff > summary { font-size: 14px; width: fit-content; }
.diff summary .added { color: var(--good); } .diff summary .removed { color: var(--bad); }
.diff summary span { font-variant-numeric: tabular-nums; }
.diff pre { padding: 0 0 6px; max-height: 70vh; overflow: auto; }
.diff pre > span { display: block; width: max-content; min-width: 100%; padding-right: 12px; }
.diff pre > .added, .diff pre > .removed, .diff pre > .context { padding-left: 106px; position: relative; }
.diff pre > [data-s]::before { display: block; position: absolute; left: 0; width: 44px; text-align: right; content: attr(data-o); color: var(--soft); }
.diff pre > [data-s]::after { display: block; position: absolute; left: 48px; top: 0; width: 52px; text-align: right; white-space: pre; content: attr(data-n) '  ' attr(data-s); color: var(--soft); }
.diff pre > .added { background: var(--good-paper); } .diff pre > .removed { background: var(--bad-paper); }
.diff pre > .file { font-weight: 600; padding: 7px 12px; background: var(--plain-paper); }
.diff pre > .file ~ .file { margin-top: 8px; }
.diff pre > .hunk, .diff pre > .meta { color: var(--soft); padding: 3px 12px; }

figure { margin-top: 22px; padding: 0 56px 0 66px; }
figcaption { margin: 0 0 26px -66px; font-size: 13px; font-weight: 600; }
figure div > .note { display: block; margin: 0 0 4px -66px; }
figure div + div { margin-top: 12px; }
figcaption + div { margin-top: -18px; }
svg { display: block; overflow: visible; }
.plot { width: 100%; }
svg text { font: 12px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
svg text.value { fill: var(--accent); font-weight: 600; }
svg text.value.a { fill: var(--soft); }
.grid { stroke: var(--grid); } .zero { stroke: var(--soft); } .delta { stroke: var(--unsure); stroke-dasharray: 4 3; } .plot .stage:not(text) { stroke: var(--rule); }
.band { fill: var(--band); } .estimate { stroke: var(--accent); stroke-width: 1.5; }
.point { fill: var(--accent); } .early { fill: var(--paper); stroke: var(--accent); stroke-width: 1.3; }
.beyond path { fill: var(--accent); } .failed path { stroke: var(--bad); stroke-width: 1.6; fill: none; }
.marks line { stroke-width: 1.5; opacity: .45; } .marks.a line { stroke: var(--soft); } .marks.b line { stroke: var(--accent); }
.median { stroke-width: 3; } .median.a { stroke: var(--soft); } .median.b { stroke: var(--accent); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 12px -56px 0 -66px; font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; }
.key { display: inline-flex; align-items: center; gap: 6px; }
.key::before { content: ''; flex: none; }
.key.point::before, .key.early::before { width: 7px; height: 7px; border-radius: 50%; background: var(--accent); }
.key.early::before { background: none; border: 1.3px solid var(--accent); }
.key.estimate::before { width: 16px; border-top: 1.5px solid var(--accent); }
.key.band::before { width: 16px; height: 10px; background: var(--band); }
.key.delta::before { width: 16px; border-top: 1.5px dashed var(--unsure); }

.interval { width: 100%; }
.interval circle { fill: currentColor; } .interval .reach { stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; opacity: .55; }
.interval .zero { stroke: var(--soft); opacity: .7; }

.finding { border-top: 1px solid var(--rule); }
.finding:last-of-type { border-bottom: 1px solid var(--rule); }
.findings { margin-top: 10px; }
.finding > summary { display: grid; grid-template-columns: auto minmax(0, 1fr) 200px 56px 84px; padding: 8px 0; }
.finding > summary .n { text-align: right; white-space: nowrap; }
.finding .share { align-self: center; }
.finding .body { padding: 0 0 16px 24px; font-size: 14px; }
.finding ul { padding-left: 18px; margin-top: 4px; }
.rail { fill: var(--grid); } .total { fill: var(--accent); opacity: .4; } .self { fill: var(--accent); }

.graph { overflow: auto; max-height: 80vh; margin-top: 8px; padding: 4px; }
.steps rect { fill: var(--panel); stroke: var(--rule); stroke-width: 1.2; }
.steps .group > rect { fill: none; }
.steps .done > rect { stroke: var(--good); } .steps .done:not(.group) > rect { fill: var(--good-paper); }
.steps .failed > rect { stroke: var(--bad); stroke-width: 2; } .steps .failed:not(.group) > rect { fill: var(--bad-paper); }
.steps .running > rect { stroke: var(--accent); stroke-width: 2; } .steps .running:not(.group) > rect { fill: var(--band); }
.steps .cancelled > rect, .steps .asking > rect { stroke: var(--unsure); } .steps .asking > rect { fill: var(--unsure-paper); stroke-width: 2; }
.steps .skipped > rect, .steps .off > rect { fill: none; stroke: var(--soft); stroke-dasharray: 4 3; }
.steps .many > rect { stroke: var(--soft); stroke-dasharray: 1 3; }
.steps text.name { fill: var(--ink); font-weight: 600; } .steps text.what { fill: var(--ink); }
.steps .skipped > text, .steps .off > text { fill: var(--soft); }
.steps path { fill: none; stroke: var(--soft); stroke-width: 1.2; } .steps path.jump { stroke: var(--held); stroke-dasharray: 4 3; }
.steps marker path { stroke: none; fill: var(--soft); } .steps marker.jump path { fill: var(--held); }
.all-steps { margin-top: 12px; } .all-steps > summary { font-size: 14px; width: fit-content; }
.all-steps th[scope='row'] { color: var(--ink); vertical-align: top; padding: 8px 14px 8px 0; border-top: 1px solid var(--rule); font-size: 14px; white-space: nowrap; }

.prose p { max-width: 74ch; text-wrap: pretty; }
.prose p + p { margin-top: 8px; }
.facts { margin-top: 18px; font-size: 14px; }
section > h2 + .facts { margin-top: 0; }
.facts > div { display: grid; grid-template-columns: 180px minmax(0, 1fr); gap: 12px; padding: 5px 0; border-top: 1px solid var(--rule); }
.facts dt { color: var(--soft); }
.decisions { list-style: none; font-size: 14px; }
.decisions li { display: grid; grid-template-columns: 180px minmax(0, 1fr); gap: 12px; padding: 5px 0; border-top: 1px solid var(--rule); }
.decisions time { color: var(--soft); font-variant-numeric: tabular-nums; }
q { quotes: '“' '”'; white-space: pre-line; }
#reproduce ~ .note { margin-top: 10px; }
#reproduce ~ pre { margin-top: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 56px; padding-top: 12px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px; }

@media (max-width: 760px) {
  main { padding: 24px 16px 48px; }
  .figures { grid-template-columns: repeat(3, 1fr); }
  .figures > div:nth-child(4) { border-left: 0; padding-left: 0; }
  .figures > div:nth-child(n + 4) { border-top: 1px solid var(--rule); }
  .worth thead { display: none; }
  .worth, .worth tbody { display: block; }
  .worth tr { display: grid; grid-template-columns: 44px minmax(0, 1fr) minmax(0, 1fr); gap: 2px 12px; padding: 10px 0; border-top: 1px solid var(--rule); }
  .worth td { display: block; border: 0; padding: 0; width: auto; white-space: normal; }
  .worth .what { grid-column: 2 / 4; } .worth .n { text-align: left; } .worth td:nth-child(3) { grid-column: 2; }
  .worth td:nth-child(4)::before { content: 'without: '; } .worth .so { grid-column: 2 / 4; }
  .overview thead { display: none; }
  .overview, .overview tbody { display: block; }
  .overview tr { display: grid; grid-template-columns: 44px minmax(0, 1fr) 108px; gap: 2px 12px; padding: 10px 0; border-top: 1px solid var(--rule); }
  .overview td { display: block; border: 0; padding: 0; width: auto; }
  .overview .what { order: 1; } .overview .id { order: 0; } .overview .verdict { order: 2; width: auto; justify-self: end; }
  .overview .bar { order: 3; grid-column: 1 / 3; padding: 4px 8px 0 0; width: auto; } .overview .gain { order: 4; }
  .overview .unmeasured .bar { display: none; } .overview .unmeasured .gain { grid-column: 2 / 4; text-align: left; }
  .overview .gain { white-space: normal; }
  .trial > summary { flex-wrap: wrap; gap: 4px 10px; }
  .trial .title { flex: 1 0 60%; order: 3; flex-basis: 100%; }
  .trial > .body { padding-left: 0; scroll-margin-top: 96px; }
  .finding > summary { grid-template-columns: auto minmax(0, 1fr) auto; }
  .finding .own { display: none; }
  .metrics td, .metrics th.n { padding-left: 12px; } .metrics th[scope='rowgroup'] { padding-right: 12px; } .metrics { font-size: 13px; }
  .finding .share { display: none; }
  .finding .body { padding-left: 0; }
  .facts > div, .decisions li { grid-template-columns: minmax(0, 1fr); gap: 0; }
  figure { padding-right: 50px; }
  .legend { margin-right: -50px; }
  .roomy { display: none; }
}
@media print {
  :root { --paper: #fff; --panel: #f6f7f8; --ink: #000; --soft: #444; --rule: #ccc; --grid: #e6e6e6; --accent: #1f5fbf; --band: #1f5fbf22; --good: #14713d; --bad: #b3261e; --unsure: #8a5a00; --held: #7338a8; --good-paper: #e6f4ea; --bad-paper: #fbe9e7; --unsure-paper: #fbf0d9; --held-paper: #f1e7fa; --plain-paper: #eceff1; }
  html { color-scheme: light; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  details::details-content { content-visibility: visible; height: auto; }
  .diff pre { max-height: none; white-space: pre-wrap; }
  .diff pre > span { width: auto; }
  .graph { max-height: none; } .graph svg { max-width: 100%; height: auto; }
  figure, .alert, tr, .figures { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
