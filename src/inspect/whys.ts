import type { FlagCode } from '../core/flag.js';

/** What a person should ask, by code. */
export const whys: Record<FlagCode, string> = {
  cache: 'it keeps what one call worked out for a later one; a benchmark that repeats its inputs then measures the look-up',
  sleep: 'it waits; less waiting is no less work',
  clock: 'it reads the time, and could behave otherwise while it is timed',
  environment: 'it asks where and how it was started, and could behave otherwise in a benchmark',
  sniffing: 'it names a benchmark, a test framework or CI',
  patched: 'it replaces something that other code, the timer or the tests rely on',
  'broad-catch': 'it swallows errors of any kind, and work that failed is fast',
  precision: 'it computes or prints with fewer digits',
  seed: 'it sets a seed, and another sequence of random numbers can be less work',
  background: 'it leaves work to a thread, a process, or a time after the call, which the measurement may not see',
  lazy: 'it gives a promise of the result where it gave the result, and the work may come after the measurement',
  io: 'it reads or writes files or the network: results could come from there',
  'dynamic-code': 'it runs code that nobody can read here',
  output: 'it writes to stdout, where metrics and results are read from',
  exit: 'it ends or signals a process',
  'disabled-check': 'it turns a check off',
  'special-case': 'it treats one particular large value otherwise',
  'literal-table': 'it brings many literal values: are they answers worked out beforehand?',
  build: 'it changes how the code is built, installed, found or tested',
  shadow: 'it stands where another module is looked for',
  binary: 'nobody can read it',
  link: 'it leads somewhere else',
  name: 'its name looks like another, or like one that counts',
  many: 'it has more places to look at than are told one by one',
};
