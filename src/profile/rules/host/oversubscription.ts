import { pidOf } from '../../tools/process-number.js';
import type { Asked } from '../asked.js';
import { idleTimes } from '../idle.js';
import { Abstention, severityOf, type Rule } from '../rule.js';
import { milliseconds, times } from '../words.js';
import { crowds, longestSpells, processorsOf, runnableBy, spellTable, type Crowd } from './runnable.js';

const crowdedShare = { what: 'least share of the time in which more threads can run than there are processors', value: 0.1, unit: 'share', source: 'our own choice' } as const;
const perProcessor = { what: 'least threads that can run meanwhile, by processors', value: 1.5, unit: 'ratio', source: 'our own choice; PyTorch starts one thread a core unless it is told otherwise (PyTorch documentation, "CPU threading and TorchScript inference"), so that two pools at once are twice as many' } as const;
const lostShare = { what: 'least share of the time that a thread waits for a processor', value: 0.05, unit: 'share', source: 'our own choice: less is within what runs differ by' } as const;

export const oversubscription: Rule = {
  id: 'C1-oversubscription',
  category: 'C1',
  looksFor: 'a process with more threads that can run than the machine has processors, so that they take turns',
  tools: ['threads', 'osrt_sum'],
  needs: {},
  thresholds: [crowdedShare, perProcessor, lostShare],
  falsePositives: 'Threads that wait in calls which nsys does not trace (runtimes that call the kernel themselves, such as Go\'s) look as if they could run, where only calls were captured.',
  blindTo: 'Threads before their first and after their last recorded call or switch, waits of a thread that was just woken, other processes of the machine, and limits of a container or a mask of processors: nsys notes the processors of the whole machine.',
  find(asked) {
    const by = runnableBy(asked);
    if (by === null) throw new Abstention('neither switches of threads nor calls of the operating system were captured, and samplers only see threads that run; record with `nsys profile -t osrt --cpuctxsw=process-tree`');
    const processors = processorsOf(asked);
    if (processors === null) throw new Abstention('the profile does not say how many processors the machine has');
    const found = crowds(asked, by, processors)
      .map((crowd) => ({ crowd, ...lostOf(asked, crowd) }))
      .filter(({ crowd, lostMs, spanMs }) => crowd.crowdedMs / crowd.seenMs >= crowdedShare.value && crowd.runnable / processors >= perProcessor.value && lostMs / spanMs >= lostShare.value)
      .sort((a, b) => b.lostMs - a.lostMs);
    return found.slice(0, 1).map(({ crowd, lostMs, spanMs, onDevice }) => {
      const share = lostMs / spanMs;
      return {
        title: `Process ${pidOf(crowd.process)} has more threads that can run than the ${times(processors, 'processor')} of the machine for ${milliseconds(crowd.crowdedMs)} of ${milliseconds(crowd.seenMs)}: ${crowd.runnable.toFixed(1)} on average.`,
        confidence: by === 'scheduler' ? 'medium' as const : 'low' as const,
        share,
        headroomMs: lostMs,
        // The processors work meanwhile: what is lost is at most this, and often much less.
        severity: severityOf(Math.min(share, 0.2)),
        evidence: [asked.evidence('threads', `A thread that always has work waits ${milliseconds(crowd.waitMs)} of that time for a processor${onDevice ? `; devices wait ${milliseconds(lostMs)} of it for the host at most` : ''}. ${rowsSay[by]}`, spellTable(by), longestSpells(asked, crowd))],
        notes: [
          'Start no more threads than processors: set OMP_NUM_THREADS or torch.set_num_threads for each process, make pools smaller, and count those that libraries start.',
          'All processors work in that time. Fewer threads save the switches, cold caches, threads that spin for others, and delays of the thread that the rest waits for; work that only waits for its turn is not done sooner.',
        ],
        clues: { calls: [], look: { what: 'starting of threads', patterns: [/set_num_threads\(|(OMP|MKL|OPENBLAS|NUMEXPR)_NUM_THREADS|omp_set_num_threads\(/, /ThreadPool(Executor)?\(|threading\.Thread\(|std::(j?thread|async)\b|pthread_create\(|new Worker\(|#pragma omp parallel|num_workers\s*=/] } },
      };
    });
  },
};

const rowsSay = {
  scheduler: 'These rows are the longest spells for which a thread that could run was off a processor.',
  calls: 'After the calls in these rows their threads were longest outside of any call of the operating system.',
};

/** Where devices work, at most for how long they wait for the host. */
function lostOf(asked: Asked, { process, waitMs, seenMs }: Crowd): { lostMs: number; spanMs: number; onDevice: boolean } {
  const idle = asked.tables.has('PERFLOOP_DEVICE_WORK') ? idleTimes(asked).filter(({ time }) => time.process.includes(process)) : [];
  if (idle.length === 0) return { lostMs: waitMs, spanMs: seenMs, onDevice: false };
  const waits = idle.map(({ sums, time }) => ({ ms: sums.host.ms + sums.launch.ms + sums.call.ms, spanMs: time.spanMs }));
  const most = waits.reduce((worst, one) => (one.ms > worst.ms ? one : worst));
  return { lostMs: Math.min(waitMs, most.ms), spanMs: most.spanMs, onDevice: true };
}
