import { array, assert, nat, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedOutput, cutNote } from '../../src/measure/bounded-output.js';

test('holds the first and the last bytes, however they come', () => {
  const chunks = array(uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)), { maxLength: 30 });
  assert(
    property(chunks, nat(20), nat(50), (chunks, head, tail) => {
      const output = new BoundedOutput(head, tail);
      for (const chunk of chunks) output.append(chunk);
      const whole = Buffer.concat(chunks);
      const rest = whole.subarray(Math.min(head, whole.length));
      expect(output.parts().head).toEqual(whole.subarray(0, head));
      expect(output.parts().tail).toEqual(rest.subarray(Math.max(0, rest.length - tail)));
      expect(output.dropped).toBe(Math.max(0, whole.length - head - tail));
    }),
  );
});

test('grows to its full size before it wraps around', () => {
  const output = new BoundedOutput(0, 300_000);
  const whole = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
  for (let at = 0; at < whole.length; at += 7777) output.append(whole.subarray(at, at + 7777));
  expect(output.parts().tail.equals(whole.subarray(700_000))).toBe(true);
});

test('says where it was cut, without a digit that a pattern could take for a metric', () => {
  const output = new BoundedOutput(2, 2);
  output.append(Buffer.from('abXcd'));
  expect(output.text()).toBe(`ab${cutNote}cd`);
  expect(cutNote).not.toMatch(/\d/);
});

test('a text within the bounds is whole, also where a character lies across head and tail', () => {
  const output = new BoundedOutput(2, 8);
  output.append(Buffer.from('aé!'));
  expect(output.text()).toBe('aé!');
});
