import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { holdsSecret, redact, Redactor } from '../../src/measure/redactor.js';

const key = 'sk-"quoted"/ä+1234';
const spelled = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), Buffer.from(key).toString('base64').replace(/=+$/, ''), Buffer.from(key).toString('base64url')];

it.each(spelled)('%s is blacked out', (spelling) => {
  expect(redact(`before ${spelling} after`, [key])).toBe('before [redacted] after');
  expect(holdsSecret(Buffer.from(`before ${spelling} after`), [key])).toBe(true);
});

it('in base64 it is found with whatever stands before and after it', () => {
  for (const before of ['', 'u', 'me', 'ada:']) {
    for (const after of ['', '\n', 'xy']) {
      for (const alphabet of ['base64', 'base64url'] as const) {
        const printed = Buffer.from(`${before}${key}${after}`).toString(alphabet);
        const told = redact(`Basic ${printed}.`, [key]);
        expect(told, printed).toContain('[redacted]');
        // At most the digits that it shares with what stands around it are left.
        expect(told.replace('Basic ', '').replace('[redacted]', '').length, told).toBeLessThan(Buffer.from(before + after).toString('base64').length + 8);
      }
    }
  }
  expect(redact(Buffer.from(key).toString('hex'), [key])).toBe('[redacted]');
});

it('wherever chunks end, the same comes out as of the whole, and nothing else is touched', () => {
  const piece = fc.constantFrom(...spelled, key.slice(0, 7), key.slice(3), 'ö', 'sk-', '\n', '\u{1F600}');
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 8 }), (pieces, cuts) => {
    const bytes = Buffer.from(pieces.join(''));
    const redactor = new Redactor([key]);
    const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
    const chunks = places.slice(1).map((end, index) => redactor.push(bytes.subarray(places[index], end)));
    expect(Buffer.concat([...chunks, redactor.end()]).toString()).toBe(redact(bytes.toString(), [key]));
    for (const spelling of spelled) expect(redact(bytes.toString(), [key])).not.toContain(spelling);
  }));
});

it('what cannot be the beginning of a secret is passed on at once; short words are no secrets', () => {
  const redactor = new Redactor(['secret-key']);
  expect(redactor.push(Buffer.from('line\n')).toString()).toBe('line\n');
  expect(redactor.push(Buffer.from('a secret')).toString()).toBe('a ');
  expect(redactor.push(Buffer.from('ive')).toString()).toBe('secretive');
  expect(redact('yes or no', ['yes', ''])).toBe('yes or no');
});
