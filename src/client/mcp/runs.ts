import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { artifactsOf } from '../../store/artifacts-of.js';
import { PerfloopError } from '../../core/errors.js';
import { loadReport } from '../../report/load.js';
import { reportMarkdown } from '../../report/markdown.js';
import type { CliContext } from '../context.js';
import { runs } from '../verbs/runs.js';
import { show } from '../verbs/show.js';
import { verdict } from '../verbs/verdict.js';
import { wikiSearch } from '../verbs/wiki-search.js';
import { register } from './register.js';
import { waitFor } from './wait.js';

const run = z.string().min(1).describe('The id of a run, such as r-k3v7, or how it begins.');
const limit = z.int().min(1).max(1000).default(20).describe('How many.');

/** What is known of runs, their trials, and what they taught. */
export function registerRuns(server: McpServer, context: CliContext): void {
  register(server, context, {
    name: 'runs',
    description: 'The latest runs and judgements of this home, newest first.',
    input: z.object({ limit, target: z.string().min(1).optional().describe('Of one target: its name or id.') }),
    writes: false,
    answer: ({ limit: many, target }) => runs(context, { limit: many, ...(target === undefined ? {} : { target }) }),
  });
  register(server, context, {
    name: 'run',
    description: 'All that is known of a run: state, findings, trials with their verdicts and reasons, decisions, the result branch. Waits for its end as long as it is told to.',
    input: z.object({ run, wait_s: z.number().min(0).max(3600).default(0).describe('How long to wait for its end, or for a question to a person.') }),
    writes: false,
    async answer({ run: text, wait_s: wait }, call) {
      if (wait > 0) await waitFor(context, (await show(context, text)).status.run, 1000 * wait, call);
      return show(context, text);
    },
  });
  register(server, context, {
    name: 'trial',
    description: 'One candidate of a run: its change as a diff, why it was proposed, its verdict with the measured pairs.',
    input: z.object({ run, trial: z.string().min(1).describe('Such as r1-3.') }),
    writes: false,
    async answer({ run: text, trial }) {
      const { status } = await show(context, text);
      const { trials } = await loadReport({ status, artifacts: artifactsOf(context.home) });
      const found = trials.find(({ summary }) => summary.id === trial);
      if (found !== undefined) return found;
      throw new PerfloopError('PL_NO_SUCH_TRIAL', `run ${status.run} has no trial ${trial}`, { where: status.run, fix: trials.length === 0 ? 'It has none yet.' : `Choose one of ${trials.map(({ summary }) => summary.id).join(', ')}.` });
    },
  });
  register(server, context, {
    name: 'report',
    description: 'The report of a run, in Markdown.',
    input: z.object({ run }),
    writes: false,
    async answer({ run: text }) {
      const { status } = await show(context, text);
      return { run: status.run, markdown: reportMarkdown(await loadReport({ status, artifacts: artifactsOf(context.home) })) };
    },
  });
  register(server, context, {
    name: 'verdict',
    description: 'Computes the verdicts of a run again from its stored samples: whether the record says what they bear out.',
    input: z.object({ run: z.string().min(1).describe('A run, or one trial of it as RUN/TRIAL.') }),
    writes: false,
    answer: ({ run: text }) => verdict(context, text),
  });
  register(server, context, {
    name: 'wiki_search',
    description: 'Lessons of earlier trials that hold the words, the best first.',
    input: z.object({ text: z.string().min(1), limit }),
    writes: false,
    answer: ({ text, limit: many }) => wikiSearch(context, { text, limit: many }),
  });
}
