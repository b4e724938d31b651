import { severityOf, type Rule } from '../rule.js';
import { percent } from '../words.js';
import { checkSamples, confidenceBy, isEnough, sampledOf } from './samples.js';
import { wallOf } from './wall.js';

const leastShare = 0.1;
const sql = `
SELECT frame, symbol.value AS function, module.value AS module, SUM(ns) / 1e6 AS ms FROM PERFLOOP_CHARGES
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
WHERE kind = 'native' AND category = 'code' GROUP BY frame ORDER BY ms DESC`;

/** Interpreters, their parts, stubs of the linker, and names that say nothing. */
const runtimes = /(^|\/)(python[\d.]*|node|ruby|java|perl|libpython[^/]*|libnode[^/]*|libjvm[^/]*)$/;
const noNames = /@plt$|^\[|^_?_?(start|libc_|Py|PyEval)|^(v8|node)::|^(main|all)$/;

/** Native functions are known by their symbol alone. */
export const nativeFunction: Rule = {
  id: 'H1-native-function',
  category: 'H1',
  looksFor: 'functions of native programs that take much of the time, for which the profile tells no file',
  tools: ['hot_functions', 'callers_of'],
  needs: { PERFLOOP_CHARGES: 'the profile holds no code of the host' },
  thresholds: [{ what: 'least share of the busy time', value: leastShare, unit: 'share', source: 'our own choice, as for other hot functions' }],
  falsePositives: 'The work that the program is for, or a function of a library.',
  blindTo: 'Functions that were compiled into others, and programs without symbols.',
  find(asked) {
    checkSamples(asked);
    const { busyMs } = asked.host;
    return asked.db.prepare<[], { frame: number; function: string; module: string; ms: number }>(sql).all().flatMap(({ frame, function: name, module, ms }) => {
      const share = busyMs > 0 ? ms / busyMs : 0;
      const sampled = sampledOf(asked, { frame, selfShare: share, collectorShare: 0, calls: null }, share);
      if (share < leastShare || runtimes.test(module) || noNames.test(name) || !isEnough(sampled, leastShare)) return [];
      return [{
        title: `${name} takes ${percent(share)} of the busy time by itself and in the libraries that it calls.`,
        confidence: confidenceBy(sampled) === 'low' ? 'low' as const : 'medium' as const,
        share,
        headroomMs: Math.min(ms, wallOf(asked, frame).ms),
        severity: severityOf(Math.min(share, 0.2)),
        evidence: [{ tool: 'hot_functions', text: `${name}${module === '' ? '' : ` of ${module}`}: ${percent(share)}${sampled === null ? '' : `, ${sampled.count} of ${sampled.all} samples`}.` }],
        notes: ['Compile with -g and record again: then the profile tells the file.'],
        clues: { calls: [], symbol: name },
      }];
    });
  },
};
