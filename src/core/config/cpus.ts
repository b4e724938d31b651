const pattern = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;
/** More than any machine has, so that a typing error makes no long list. */
const mostCpus = 8192;

/** The numbers of a list as the kernel writes it, such as `0-3,8`; null when it is none. */
export function parseCpuList(text: string): number[] | null {
  const list = text.replaceAll(' ', '');
  if (!pattern.test(list)) return null;
  const ranges = list.split(',').map((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return { from, to };
  });
  if (ranges.some(({ from, to }) => to < from || to >= mostCpus)) return null;
  return [...new Set(ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)))];
}
