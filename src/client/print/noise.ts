import type { Advice } from '../noise/advice.js';
import type { TriedSetting } from '../noise/settings.js';
import type { Style } from '../style.js';
import type { NoiseResult } from '../verbs/noise.js';
import { clean, durationText, percentText, plural } from './numbers.js';

/** Below it a setting has been seen to help. */
const convincing = 0.05;

/** What the machine can measure, what stands in the way, and how to change it. */
export function printNoise(result: NoiseResult, style: Style): string {
  const rows = rowsOf(result);
  const width = Math.max(...rows.map(([name]) => name.length));
  const { settings, advice } = result;
  const sections = [
    rows.map(([name, text]) => `${style('dim', name.padEnd(width))}  ${text}`).join('\n'),
    settings.map((setting) => settingText(setting, style)).join('\n'),
    advice.length === 0 ? style('green', 'nothing to change was found') : advice.map((one) => adviceText(one, style)).join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function rowsOf({ profile, gain, benchmark, interrupted, environment: { cpu } }: NoiseResult): [string, string][] {
  const { noise, wallMs, slow, autocorrelation } = profile;
  const { plan, minGain } = gain;
  const aside = profile.setAside === 0 ? '' : `, and ${profile.setAside} set aside for other load`;
  const own = profile.cpu === null ? [] : [['CPU time', `${profile.cpu.perWall.toFixed(2)} CPUs busy in the mean; it varies by ${percentText(profile.cpu.spread)}`] satisfies [string, string]];
  return [
    ['machine', `${cpu.model}, ${cpu.usable} usable CPUs${cpu.virtual === true ? ', virtual' : ''}`],
    ['benchmark', benchmark === null ? 'a built-in loop' : clean(benchmark)],
    ['samples', `${plural(noise.pairs, 'pair')} of one commit with itself${aside}${interrupted ? '; interrupted' : ''}; median ${durationText(wallMs.median)}, fastest ${durationText(wallMs.fastest)}, slowest tenth from ${durationText(wallMs.p90)} on`],
    ['spread', `${percentText(noise.spread)} (standard deviation of one sample within its pair); ${percentText(profile.robustSpread)} without hiccups; ${percentText(profile.unpairedSpread)} without pairing`],
    ['bias', `${noise.bias < 0 ? '-' : '+'}${percentText(Math.abs(Math.expm1(noise.bias)))} between two folders of one commit${noise.biasLower95 > 0 ? `, at least ${percentText(Math.expm1(noise.biasLower95))}` : ', which is within the noise'}`],
    ['drift', `neighbouring samples correlate by ${autocorrelation.value.toFixed(2)}${Math.abs(autocorrelation.value) > autocorrelation.notable ? '' : ', which may be chance'}`],
    ['hiccups', slow.samples === 0 ? 'none' : `${slow.samples} of ${slow.of} samples above ${slow.factor.toFixed(2)} times the median${slow.longestRow > 1 ? `, up to ${slow.longestRow} in a row` : ''}`],
    ...own,
    ['finds', `a true gain of ${percentText(plan.detectableGain)} 9 times in 10, with min_gain = ${minGain}`],
    ['costs', `about ${plan.samplesPerTrial.expected} samples (${durationText(plan.expectedSeconds * 1000)}) for a change of nothing, at most ${plan.samplesPerTrial.most}`],
  ];
}

function settingText({ name, how, spread, spreadWithout, time, p }: TriedSetting, style: Style): string {
  const verdict = p <= convincing ? style('green', `it helps: ${how}`) : style('dim', 'not shown to help');
  return `tried: ${name}: spread ${percentText(spread)}, as it is ${percentText(spreadWithout)} (p = ${p.toPrecision(2)}), time ${time.toFixed(3)}x; ${verdict}`;
}

function adviceText({ code, evidence, change, command }: Advice, style: Style): string {
  return `${style('yellow', code)}: ${clean(evidence)}\n  ${change}${command === null ? '' : `\n  $ ${command}`}`;
}
