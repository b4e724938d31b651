import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Drawn } from '../../src/core/pipeline/drawing/drawn.js';
import { drawn } from '../../src/core/pipeline/drawing/drawn.js';
import type { StepDefinition } from '../../src/core/pipeline/graph/definition.js';
import { plan } from '../../src/core/pipeline/graph/plan.js';
import { defaultConfig } from '../../src/core/config/parse.js';
import { drawnConfig } from '../../src/core/pipeline/drawing/of-config.js';
import { listedSteps } from '../../src/core/pipeline/listed.js';
import { stepsSection } from '../../src/report/html/steps.js';
import { sampleStatus } from '../client/sample-status.js';
import { type Box, layout } from '../../src/report/graph/layout.js';
import { step } from '../core/pipeline/support/run.js';

const written = (one: Drawn) => ({ lines: [], width: 60 + (one.kind === 'step' ? one.name.length * 7 : 0), height: 40 });

/** Steps that need some of those before them, and groups with members of the same kind. */
function siblings(prefix: string, depth: number): fc.Arbitrary<StepDefinition[]> {
  const one = (place: number): fc.Arbitrary<StepDefinition> => {
    const name = `${prefix}${place}`;
    const needs = fc.subarray(Array.from({ length: place }, (_, before) => `${prefix}${before}`), { maxLength: Math.min(3, place) });
    const plain = needs.map((found) => step(name, { needs: found }));
    if (depth === 0) return plain;
    return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: fc.tuple(needs, siblings(`${name}_`, depth - 1)).map(([found, steps]) => ({ type: 'parallel', name, needs: found, steps })) });
  };
  return fc.integer({ min: 1, max: 7 }).chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => one(place))));
}

const overlap = (one: Box, other: Box): boolean => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
const holds = (outer: Box, inner: Box): boolean => outer.x <= inner.x && outer.y <= inner.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;

describe('the layout of a graph of steps', () => {
  it('puts boxes beside each other, members into their groups, and lines from what is needed down to what needs it', () => {
    fc.assert(fc.property(siblings('s', 2), (steps) => {
      const drawing = drawn(plan(steps), null);
      const { boxes, lines, width, height } = layout(drawing, written);
      const whole = { x: -0.01, y: -0.01, width: width + 0.02, height: height + 0.02 } as Box;
      const boxOf = new Map(boxes.map((box) => [box.step, box]));
      const expected: string[] = [];
      const look = (beside: readonly Drawn[], around: Box): void => {
        const placed = beside.map((one) => boxOf.get(one) as Box);
        for (const [index, box] of placed.entries()) {
          expect(holds(around, box)).toBe(true);
          for (const other of placed.slice(index + 1)) expect(overlap(box, other)).toBe(false);
          for (const need of box.step.needs) {
            const from = placed[need] as Box;
            expect(from.y + from.height).toBeLessThan(box.y);
            expected.push([from.x + from.width / 2, from.y + from.height, box.x + box.width / 2, box.y].map(Math.round).join(' '));
          }
          if (box.step.kind === 'step') look(box.step.members, box);
        }
      };
      look(drawing, whole);
      expect(lines.map((line) => [...(line[0] ?? []), ...(line.at(-1) ?? [])].map(Math.round).join(' ')).toSorted()).toEqual(expected.toSorted());
      for (const line of lines) for (const [index, [, y]] of line.entries()) expect(y).toBeGreaterThanOrEqual(line[index - 1]?.[1] ?? 0);
    }), { numRuns: 60 });
  });

  it('keeps a chain in one column, and members that have nothing to do with each other in rows', () => {
    const chain = layout(drawn(plan(Array.from({ length: 500 }, (_, index) => step(`c${index}`))), null), written);
    expect(new Set(chain.boxes.map(({ x, width }) => Math.round(x + width / 2))).size).toBe(1);
    const beside = layout(drawn(plan([{ type: 'parallel', name: 'p', steps: Array.from({ length: 30 }, (_, index) => step(`m${index}`)) }]), null), written);
    expect(beside.width).toBeLessThan(1000);
  });

  it('begins on the left where it is far wider than a page', () => {
    const tree = layout(drawn(plan(Array.from({ length: 255 }, (_, index) => step(`t${index}`, { needs: index === 0 ? [] : [`t${Math.floor((index - 1) / 2)}`] }))), null), written);
    expect(tree.width).toBeGreaterThan(5000);
    expect(tree.boxes[0]?.x).toBeLessThan(100);
  });
});

it('a report draws no more steps than a browser shows at once, and lists them', () => {
  const sectionOf = (count: number): string => {
    const config = { ...defaultConfig(), steps: Array.from({ length: count }, (_, index) => ({ type: 'noop', name: `s${index}`, enabled: true, needs: index === 0 ? [] : [`s${index - 1}`] })) as ReturnType<typeof defaultConfig>['steps'] };
    return stepsSection({ status: sampleStatus(), steps: { kind: 'there', value: { drawn: drawnConfig(config, null), listed: listedSteps(config) } } })?.text ?? '';
  };
  expect(sectionOf(50)).toContain('<svg class="steps"');
  const large = sectionOf(1600);
  expect(large).not.toContain('<svg');
  expect(large).toContain('too many for a picture');
  expect(large).toContain('and 600 more');
});
