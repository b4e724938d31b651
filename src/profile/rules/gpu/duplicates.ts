import type { Asked } from '../asked.js';
import { exposedMs } from '../device-time.js';
import { severityOf, type Look, type Rule, type Suspect, type Threshold } from '../rule.js';
import { bytes, milliseconds, percent, shortKernel, times } from '../words.js';
import { isOfOnePlace } from './one-place.js';
import { copiesInIterations, reductionsInARow, type Repeats } from './repeats.js';
import { deviceCalls, kernelNames, launchesOf, workEvidence, workOf } from './support.js';

const share = { what: 'least share of the device\'s time in those that come again', value: 0.05, unit: 'share', source: 'our own choice: less is within what runs differ by' } as const;
const count = { what: 'least that come again', value: 10, unit: 'count', source: 'our own choice: once or twice is no loop' } as const;

interface Duplicate {
  id: string;
  looksFor: string;
  tools: string[];
  needs: Record<string, string>;
  thresholds?: Threshold[];
  yieldsTo?: string[];
  repeats: (asked: Asked) => Repeats[];
  title: (asked: Asked, found: Repeats, lost: string) => string;
  text: (found: Repeats) => string;
  falsePositives: string;
  blindTo: string;
  note: string;
  look: Look;
}

function duplicateRule({ id, looksFor, tools, needs, thresholds = [], yieldsTo = [], repeats, title, text, falsePositives, blindTo, note, look }: Duplicate): Rule {
  return {
    id,
    category: 'C5',
    looksFor,
    tools,
    needs,
    thresholds: [share, count, ...thresholds],
    yieldsTo,
    falsePositives,
    blindTo,
    find(asked): Suspect[] {
      const all = repeats(asked).filter(({ again }) => again.length >= count.value).map((one) => ({ ...one, ms: exposedMs(one.time, isAmong(one.again)) }));
      const large = all.filter(({ time, ms }) => ms / time.spanMs >= share.value).sort((a, b) => b.ms - a.ms);
      const found = large.find(({ time, again }) => isOfOnePlace(asked, time, again));
      if (found === undefined) return [];
      const { time, again, ms } = found;
      const part = ms / time.spanMs;
      const { longest } = workOf(time, isAmong(again));
      return [{
        title: title(asked, found, `${milliseconds(ms)} on device ${time.device} with nothing else running, ${percent(part)} of its time`),
        // The profile tells sizes and shapes, not what was read.
        confidence: 'low',
        share: part,
        headroomMs: ms,
        severity: severityOf(Math.min(part, 0.2)),
        evidence: [workEvidence(asked, tools[0] ?? '', text(found), time, longest)],
        notes: [note],
        clues: { calls: launchesOf(asked, time, longest), look },
      }];
    },
  };
}

function isAmong(indexes: readonly number[]): (index: number) => boolean {
  const all = new Set(indexes);
  return (index) => all.has(index);
}

export const repeatedReductions = duplicateRule({
  id: 'C5-repeated-reductions',
  looksFor: 'the same reduction twice in a row from one place: the second may compute what the first did',
  tools: ['kernels', 'kernel_instances'],
  needs: { ...deviceCalls, CUPTI_ACTIVITY_KIND_KERNEL: 'no kernels were captured' },
  repeats: reductionsInARow,
  title: (asked, { time, again }, lost) => `${shortKernel(kernelNames(asked).get(time.name[again[0]!]!) ?? 'A reduction')} runs ${times(again.length, 'time')} directly after itself, with the same shape and from one place: ${lost}.`,
  text: ({ again, like }) => `${times(again.length, 'launch', 'launches')} with a grid of ${like.replace(/^\S+ /, '').replace(/ \d+$/, '')} threads, each directly after one that is the same; these rows are the later ones.`,
  falsePositives: 'Reductions of different data of one size, such as a norm for each of several tensors: the profile does not tell what a kernel reads.',
  blindTo: 'Repetitions with other work between them, kernels that are no reductions by their name (layers of a model launch the same ones by design), kernels within graphs that were traced as a whole, and exports without the shapes of kernels.',
  note: 'If both read the same, compute it once and keep the result; if not, reduce all of them at once (torch.stack, torch._foreach_norm, a batch dimension).',
  look: { what: 'a reduction', patterns: [/\.(sum|mean|norm|max|min|std|var|argmax|softmax|any|all)\(/, /torch\.(sum|mean|norm|max|min|softmax)\(|reduce\w*\s*\(/] },
});

export const repeatedConstants = duplicateRule({
  id: 'C5-repeated-constants',
  looksFor: 'copies of one size to the device several times within each iteration from one place, with kernels between: the data may be the same',
  tools: ['memcpy', 'iterations'],
  needs: { ...deviceCalls, CUPTI_ACTIVITY_KIND_MEMCPY: 'no copies were captured' },
  yieldsTo: ['C4-transfer-bound', 'C4-pageable-copies', 'C4-repeated-copies', 'C4-small-copies'],
  repeats: (asked) => copiesInIterations(asked, share.value),
  title: (_asked, { again, like }, lost) => `${bytes(Number(like))} are copied to the device again ${times(again.length, 'time')} within iterations, in the same size and from one place: ${lost}.`,
  text: ({ again, like }) => `${times(again.length, 'copy', 'copies')} of exactly ${like} bytes after an earlier one of the same iteration; these rows are the later ones.`,
  falsePositives: 'Different data of one size, such as the weights of layer after layer: the profile does not tell what is copied.',
  blindTo: 'What is copied once in each iteration, which inputs are as well; copies from several places; programs without iterations that can be told.',
  note: 'If it is the same, copy it once before the loop and keep it on the device (register_buffer, a tensor made with device=).',
  look: { what: 'a copy or a constant that is made for the device', patterns: [/torch\.(tensor|as_tensor|from_numpy)\(.*(device|cuda)|\.(to|cuda)\(/, /cudaMemcpy\w*\s*\(|cuMemcpyHtoD\w*\s*\(/] },
});
