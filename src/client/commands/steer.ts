import type { Command } from 'commander';
import { emit } from '../context.js';
import { printBudget, printDecided, printSteered } from '../print/steer.js';
import { declareVerb, duration, positiveInteger, type Finish } from './declare.js';

/** The verbs that tell a run something. */
export function declareSteeringVerbs(program: Command, finish: Finish): void {
  for (const verb of ['approve', 'reject'] as const) {
    declareVerb<{ comment?: string }>(program, finish, {
      usage: `${verb} <run> <candidate>`,
      summary: verb === 'approve' ? 'approve what waits for a person: a candidate, the branch, a step' : 'turn down what waits for a person',
      details: 'The candidate is a trial such as r1-3, a candidate id, `final` for the whole branch, or the name of a step of type approve that waits (`gate`, and from its second time on `gate@2`).',
      options: [['--comment <text>', 'why; kept with the decision']],
      examples: [`perfloop ${verb} r-k3v7 r1-3 --comment '${verb === 'approve' ? 'reads well' : 'too clever'}'`],
      async action(context, { comment = '' }, run = '', candidate = '') {
        const { decide } = await import('../verbs/decide.js');
        emit(context, await decide(context, { run, candidate, approve: verb === 'approve', comment }), printDecided);
        return 0;
      },
    });
  }
  const steering = [
    ['pause', 'let the current trial end, then wait'],
    ['resume', 'go on after a pause'],
    ['stop', 'end a run after the current trial; what was accepted is kept and measured'],
    ['cancel', 'end a run at once; what was accepted is kept'],
  ] as const;
  for (const [verb, summary] of steering) {
    declareVerb<{ comment?: string }>(program, finish, {
      usage: `${verb} <run>`,
      summary,
      options: [['--comment <text>', 'why; kept with who and when']],
      examples: [`perfloop ${verb} r-k3v7`],
      async action(context, { comment }, run = '') {
        const { steer } = await import('../verbs/steer.js');
        emit(context, await steer(context, run, verb, comment), printSteered);
        return 0;
      },
    });
  }
  declareVerb<{ trials?: number; maxWall?: number; rounds?: number; comment?: string }>(program, finish, {
    usage: 'budget <run>',
    summary: 'give a run that goes on another budget',
    details: 'A budget below what is used ends the run after the current trial, as `stop` does; what was accepted is kept and measured.',
    options: [
      ['--trials <n>', 'trials at most, those that it had included', positiveInteger],
      ['--max-wall <duration>', 'wall time at most, from its beginning, such as 4h', duration],
      ['--rounds <n>', 'rounds at most', positiveInteger],
      ['--comment <text>', 'why; kept with who and when'],
    ],
    examples: ["perfloop budget r-k3v7 --trials 40 --max-wall 6h --comment 'the machine is free tonight'"],
    async action(context, { trials, maxWall, rounds, comment }, run = '') {
      const { budget } = await import('../verbs/budget.js');
      const changed = { ...(trials === undefined ? {} : { maxTrials: trials }), ...(maxWall === undefined ? {} : { maxWallMs: maxWall }), ...(rounds === undefined ? {} : { rounds }) };
      emit(context, await budget(context, run, changed, comment), printBudget);
      return 0;
    },
  });
}
