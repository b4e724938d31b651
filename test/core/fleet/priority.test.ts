import { describe, expect, it } from 'vitest';
import { priorityOf } from '../../../src/core/fleet/priority.js';

const keyOf = (repository: string): string => priorityOf({ repository, priority: 3, weight: 1 }).fairnessKey;

describe('the share of a queue', () => {
  it('is that of the repository, however its address is written', () => {
    const ways = ['https://git.example.org/group/parser.git', 'https://Git.Example.org/group/parser/', 'ssh://git@git.example.org/group/parser.git', 'git@git.example.org:group/parser.git', 'git@git.example.org:/group/parser'];
    expect(ways.map(keyOf)).toEqual(ways.map(() => 'git.example.org/group/parser'));
    expect(['/srv/parser', '/srv/parser/.git', '/srv/parser.git/', 'file:///srv/parser'].map(keyOf)).toEqual(Array.from({ length: 4 }, () => '/srv/parser'));
  });

  it('is another one for another repository, host or path', () => {
    const others = ['https://git.example.org/a', 'https://git.example.org/A', 'https://git.example.org:8443/a', 'https://other.example.org/a', '/a', '/'];
    expect(new Set(others.map(keyOf)).size).toBe(others.length);
  });

  it('has a name that a server takes: ASCII, 64 bytes at most, and still apart', () => {
    const long = ['one', 'two'].map((group) => keyOf(`https://git.example.org/${group}/${'below/'.repeat(20)}parser.git`));
    expect(new Set(long).size).toBe(2);
    for (const key of [...long, keyOf(`/srv/${'ü'.repeat(60)}`), keyOf('/srv/a b')]) expect(key).toMatch(/^[!-~]{1,64}$/);
    expect(long[0]).toMatch(/^[0-9a-z]+~.*below\/parser$/);
    expect(keyOf(`/${'x'.repeat(63)}`)).toBe(`/${'x'.repeat(63)}`);
  });

  it('never holds a user, and is given with the priority and the weight', () => {
    expect(priorityOf({ repository: 'ssh://deploy@git.example.org/a', priority: 1, weight: 2.5 })).toEqual({ priorityKey: 1, fairnessKey: 'git.example.org/a', fairnessWeight: 2.5 });
  });
});
