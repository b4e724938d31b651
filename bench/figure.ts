/** One measured number, and what it should be where that was promised. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  aim: { atMost: number } | null;
}

export function formatFigure({ name, value, unit, aim }: Figure): string {
  const met = aim === null ? '' : value <= aim.atMost ? `at most ${aim.atMost} ${unit}: met` : `at most ${aim.atMost} ${unit}: MISSED`;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${name.padEnd(62)} ${value.toFixed(digits).padStart(9)} ${unit.padEnd(4)} ${met}`;
}
