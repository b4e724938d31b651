import { note, type CliContext } from '../context.js';
import { progressLine } from '../progress-line.js';

/** What somebody waits for: on a terminal one line that changes, elsewhere a line now and then. */
export interface DoingLine {
  show: (text: string) => void;
  close: () => void;
}

/** Elsewhere than on a terminal, in milliseconds: an answer that streams in has something new to say ten times a second. */
const silence = 10_000;

export function doingLine(context: CliContext): DoingLine {
  const line = progressLine(context);
  let said = -Infinity;
  return {
    show: (text) => {
      if (context.stderr.isTTY) line.show(text, 0);
      else if (Date.now() - said >= silence) {
        said = Date.now();
        note(context, text);
      }
    },
    close: () => line.close(),
  };
}
