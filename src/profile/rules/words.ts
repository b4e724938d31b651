/** Numbers for people, in findings. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return ms >= 0.1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} us`;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `at::native::vectorized_elementwise_kernel<…>` without its arguments, at most 80 letters. */
export function shortKernel(name: string): string {
  const short = name.replace(/^void /, '').replace(/[<(].*$/s, '');
  const text = short === '' ? name : short;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** 1234567 as 1,234,567: the formats of languages would take longer to load than all rules take. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function times(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
