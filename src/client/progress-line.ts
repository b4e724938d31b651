import { note, type CliContext } from './context.js';

/** How a long measurement gets on. On a terminal one line that changes; elsewhere a line for each quarter. */
export interface ProgressLine {
  /** `done` is a fraction. */
  show(text: string, done: number): void;
  close(): void;
}

export function progressLine(context: CliContext): ProgressLine {
  const { stderr, quiet } = context;
  if (quiet) return { show: () => {}, close: () => {} };
  if (!stderr.isTTY) return quarterly(context);
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    show(text) {
      clear();
      stderr.write(text.slice(0, Math.max(20, (stderr.columns || 80) - 1)));
      shown = true;
    },
    close: clear,
  };
}

function quarterly(context: CliContext): ProgressLine {
  let quarter = 0;
  return {
    show(text, done) {
      if (Math.floor(done * 4) <= quarter) return;
      quarter = Math.floor(done * 4);
      note(context, text);
    },
    close: () => {},
  };
}
