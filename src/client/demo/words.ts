import type { RunStatus } from '../../core/status.js';
import type { VerdictKind } from '../../core/verdict/verdict.js';
import type { Kill } from './killer.js';
import type { Claim } from './no-op.js';

/** Something that the demo shows, and whether it did this time. */
export interface Shown {
  kept: boolean;
  text: string;
}

export function heading(act: number, title: string, text: string): string {
  return `\n── Act ${act}: ${title} ${'─'.repeat(Math.max(3, 60 - title.length))}\n${text}\n`;
}

/** What single runs before and after would have claimed. */
export function actOne(claims: readonly Claim[]): string {
  const lines = claims.map(({ before, after }) => {
    const gain = (before / after - 1) * 100;
    return `  before ${(before * 1000).toFixed(0)} ms, after ${(after * 1000).toFixed(0)} ms: "${Math.abs(gain).toFixed(1)}% ${gain >= 0 ? 'faster' : 'slower'}"`;
  });
  return `Timed once before and once after, as is usual, ${claims.length} times over:\n${lines.join('\n')}\nNow perfloop: pairs in random order, and the noise of this machine measured first.`;
}

/** What was promised, and whether it was seen. */
export function promises({ verdict, status, kill }: { verdict: VerdictKind; status: RunStatus; kill: Kill | null }): Shown[] {
  const accepted = status.trials.filter((trial) => trial.verdict?.kind === 'accepted');
  const honest = status.trials.filter((trial) => trial.verdict !== null && trial.verdict.kind !== 'accepted' && trial.verdict.measured !== null);
  const cheat = status.trials.find((trial) => trial.verdict?.reasons.some((reason) => reason.code === 'protected'));
  const best = accepted.map((trial) => trial.verdict?.measured?.ratio ?? 1).sort((a, b) => b - a)[0];
  return [
    { kept: verdict !== 'accepted', text: `a change that does nothing was ${verdict === 'accepted' ? 'accepted' : 'refused'}` },
    { kept: accepted.length > 0, text: accepted.length > 0 ? `${accepted.length} of ${status.trials.length} candidates accepted, the best ${best?.toFixed(2) ?? '?'}x with its interval` : 'nothing was accepted' },
    { kept: honest.length > 0, text: honest.length > 0 ? `${honest.length} honest candidate${honest.length === 1 ? '' : 's'} measured and refused: ${honest[0]?.candidate.title ?? ''}` : 'no honest candidate was refused' },
    { kept: kill?.wentOn != null, text: kill === null ? 'no worker was killed' : kill.wentOn === null ? 'the killed worker\'s trial was not seen to go on' : `a worker killed after ${kill.wentOn.pairs} pairs: its successor went on with pair ${kill.wentOn.pairs + 1}, ${kill.wentOn.seconds.toFixed(1)} s later` },
    { kept: cheat?.verdict?.kind === 'rejected', text: `the cheat was ${cheat?.verdict?.kind ?? 'not tried'}: ${cheat?.verdict?.reasons[0]?.text ?? ''}` },
    { kept: status.decisions.some((decision) => decision.trial === 'final'), text: `the branch waited for an approval: ${status.decisions.map((decision) => `${decision.approve ? 'approved' : 'rejected'} by ${decision.who}${decision.comment === '' ? '' : ` (${decision.comment})`}`).join(', ')}` },
  ];
}

export function closing(played: { promises: readonly Shown[]; status: RunStatus; log: string; report: string; target: { folder: string } }): string {
  const { status } = played;
  const gain = status.speedup === null ? 'nothing was proven faster' : `${status.target.name}: ${status.speedup.ratio.toFixed(2)}x (95% interval ${status.speedup.ci95.map((bound) => bound.toFixed(2)).join(' to ')})`;
  return [
    `\n── ${gain} ${'─'.repeat(Math.max(3, 66 - gain.length))}`,
    ...played.promises.map(({ kept, text }) => `  ${kept ? '✓' : '✗'} ${text}`),
    `\ngit log perfloop/${status.run}`,
    played.log === '' ? '  (empty)' : played.log.replaceAll(/^/gm, '  '),
    `\nreport  ${played.report}`,
    `again   npx perfloop show ${status.run}`,
    "\nnow yours: npx perfloop judge --repo ~/my/repo --base main --candidate WORKTREE --benchmark 'node bench.js'",
  ].join('\n');
}
