/** The signs of the live view, for terminals with and without Unicode. */
export interface Glyphs {
  done: string;
  active: string;
  todo: string;
  accepted: string;
  rejected: string;
  inconclusive: string;
  quarantined: string;
  waiting: string;
  queued: string;
  link: string;
  full: string;
  empty: string;
  band: string;
  point: string;
  left: string;
  right: string;
  axis: string;
  one: string;
  delta: string;
  ellipsis: string;
  dot: string;
  spinner: readonly string[];
}

export const unicodeGlyphs: Glyphs = {
  done: '✓', active: '●', todo: '○', accepted: '✓', rejected: '✗', inconclusive: '?', quarantined: '!', waiting: '◆', queued: '·',
  link: '──', full: '█', empty: '░', band: '━', point: '●', left: '┣', right: '┫', axis: '─', one: '┼', delta: '╎', ellipsis: '…', dot: '·',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

export const asciiGlyphs: Glyphs = {
  done: 'x', active: '*', todo: 'o', accepted: '+', rejected: '-', inconclusive: '?', quarantined: '!', waiting: '>', queued: '.',
  link: '--', full: '#', empty: '.', band: '=', point: 'O', left: '[', right: ']', axis: '-', one: '|', delta: ':', ellipsis: '~', dot: '|',
  spinner: ['-', '\\', '|', '/'],
};
