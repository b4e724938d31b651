import type { Exported, ExportFormat } from '../../profile/export/export.js';
import type { Style } from '../style.js';
import { bytesText } from '../../report/words.js';
import { clean } from './numbers.js';

const opens: Record<ExportFormat, string> = {
  perfetto: 'open it in Perfetto (ui.perfetto.dev) or chrome://tracing',
  chrome: 'open it in Perfetto (ui.perfetto.dev) or chrome://tracing',
  speedscope: 'open it in speedscope (www.speedscope.app, or `npx speedscope FILE`)',
  folded: 'make a flame graph of it: flamegraph.pl --countname us FILE > flame.svg',
};

export function printExported({ file, format, bytes }: Exported, style: Style): string {
  return `${style('green', 'written')}  ${clean(file)} (${bytesText(bytes)})\n${style('dim', opens[format])}`;
}
