import type { WrittenPage } from '../../report/profile/write.js';
import { bytesText, countText } from '../../report/words.js';
import type { Style } from '../style.js';

export function printPage({ page, bytes, events, spans, mergedWithinNs }: WrittenPage, style: Style): string {
  const lines = [style('bold', page), `${bytesText(bytes)}, ${countText(events, 'event')}`];
  if (mergedWithinNs > 0) lines.push(`short neighbours were merged, within ${mergedWithinNs / 1000} µs: ${countText(spans, 'span')} in the timeline`);
  return lines.join('\n');
}
