import type { TalkSpend } from '../../core/model-talk.js';
import type { RunStatus } from '../../core/status.js';
import type { Style } from '../style.js';
import { clean, plural } from './numbers.js';

/** What models were asked in a run: a line for each conversation, and what all of them cost; empty where none was. */
export function modelsText({ models }: RunStatus, style: Style): string {
  if (models === undefined) return '';
  const rows = models.talks.map(({ model, title, real, proposed, note, phase }) => `  ${clean(model)}: ${clean(title).replace(/\.$/, '')}${phase !== undefined ? '' : `: ${real === null ? 'no verdict' : real ? `real, ${plural(proposed, 'change')} proposed` : 'not real'}`}${note === undefined ? '' : style('dim', ` (${clean(note)})`)}`);
  return [`${style('dim', 'models')}  ${spentText(models.spent)}`, ...rows].join('\n');
}

/** `7 calls, 12,300 tokens, $0.041`. */
export function spentText({ calls, tokens, money }: TalkSpend): string {
  return `${plural(calls, 'call')}, ${plural(tokens, 'token').replace(/^\d+/, tokens.toLocaleString('en-US'))}, ${money === null ? 'price not known' : `$${money.toFixed(money < 0.1 ? 4 : 2)}`}`;
}
