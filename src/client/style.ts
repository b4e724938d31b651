import { styleText } from 'node:util';

export type Format = Parameters<typeof styleText>[0];

/** Colours a text, or gives it back as it is. */
export type Style = (format: Format, text: string) => string;

export const plain: Style = (_format, text) => text;

const coloured: Style = (format, text) => styleText(format, text, { validateStream: false });

export function styleFor(colour: boolean): Style {
  return colour ? coloured : plain;
}

/** Colours only on a terminal that can show them, and never where NO_COLOR is set (https://no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Whether box drawing and ticks will show: a UTF-8 locale, or none set at all. */
export function wantsUnicode(env: NodeJS.ProcessEnv): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return !locale || /utf-?8/i.test(locale) || process.platform === 'win32';
}
