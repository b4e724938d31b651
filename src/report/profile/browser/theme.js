/** Colours of the style sheet for what is drawn: as text, and as numbers where pixels are mixed. */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const tones = [];
  for (let i = 0; colour(`--tone-${i}`) !== ''; i++) tones.push(colour(`--tone-${i}`));
  return {
    tones, rgb: tones.map(numbers), paper: numbers(colour('--paper')), ink: colour('--ink'), soft: colour('--soft'), rule: colour('--rule'), grid: colour('--grid'),
    panel: colour('--panel'), accent: colour('--accent'), band: colour('--band'), ground: colour('--paper'), onTone: colour('--on-tone'), mark: colour('--mark'), markRgb: numbers(colour('--mark')),
    font: `11px ${colour('--sans')}`, bold: `600 12px ${colour('--sans')}`,
  };
}

/** Of #rgb or #rrggbb. */
function numbers(colour) {
  const hex = colour.length === 4 ? colour.slice(1).replaceAll(/./g, '$&$&') : colour.slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** Calls back when the colours have changed, on screen and for print. */
export function onTheme(change) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change);
  matchMedia('print').addEventListener('change', change);
}

/** Fits a canvas to its box at the screen's resolution; gives its size in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
