/** "1.25 ms": three to four digits in the unit that fits. */
export function timeText(ns) {
  const size = Math.abs(ns);
  if (size < 1e3) return `${Math.round(ns)} ns`;
  if (size < 1e6) return `${digits(ns / 1e3)} µs`;
  if (size < 1e9) return `${digits(ns / 1e6)} ms`;
  return `${digits(ns / 1e9)} s`;
}

function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3).replace(/\.?0+$/, '');
}

/** Round places on an axis, about `wanted` of them, with their labels in one unit. */
export function timeTicks(from, to, wanted) {
  const rough = (to - from) / wanted;
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10) * power);
  const [unit, name] = step >= 1e9 ? [1e9, 's'] : step >= 1e6 ? [1e6, 'ms'] : step >= 1e3 ? [1e3, 'µs'] : [1, 'ns'];
  const places = Math.max(0, -Math.floor(Math.log10(step / unit)));
  const ticks = [];
  for (let i = Math.max(0, Math.ceil(from / step)); i * step <= to; i++) ticks.push({ at: i * step, label: `${((i * step) / unit).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })} ${name}` });
  return ticks;
}

/** As much of a text as fits into a width, by the width of one letter. */
export function fitted(text, width, letter) {
  const most = Math.floor(width / letter);
  return text.length <= most ? text : most < 3 ? '' : `${text.slice(0, most - 1)}…`;
}
