/** A place that sets, or takes, a setting. */
export interface Setting {
  kind: 'yaml' | 'toml' | 'json' | 'ini' | 'argument' | 'hydra' | 'environment';
  /** Names joined with `.`. */
  key: string;
  /** As it is written; the default of an argument. Null where there is none, or it could be a secret. */
  value: string | null;
  line: number;
}

const secret = /(?:^|[._-])(?:secret|token|password|passwd|pwd|credential|private|api[_-]?key|access[_-]?key|auth)/i;
const longest = 120;

/** What can be shown of a value: nothing of what may be a secret by its name. */
export function shownValue(key: string, value: string | null): string | null {
  if (value === null || secret.test(key)) return null;
  const line = value.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? null : line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
