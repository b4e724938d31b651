// Judges patches of the zoo and prints what came out, a line of JSON each, with `problem` where it is not what about.json says:
//   npm run build && npx tsx test/cheats/try-zoo.ts (--all | SLUG...) [--quick] [--patch NAME]...
// Without --quick it judges by the protocol that users have, which takes minutes for each patch.
import { parseArgs } from 'node:util';
import { setUpEngine } from '../e2e/engine.js';
import { judgeAll, problemOf } from './judging.js';
import { exploits, variantsOf } from './zoo.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { all: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, patch: { type: 'string', multiple: true } } });
const slugs = values.all ? exploits : positionals;
if (slugs.length === 0) throw new Error('name exploits, or ask for --all');
const jobs = slugs.flatMap((slug) => [...variantsOf(slug), 'twin'].map((patch) => ({ slug, patch }))).filter(({ patch }) => values.patch?.includes(patch) ?? true);

const engine = setUpEngine();
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
try {
  await engine.start();
  await judgeAll(engine.context, jobs, {
    quick: values.quick,
    atOnce: 2,
    signal: stopped.signal,
    onJudged: (judged) => {
      const { slug, patch, verdict, flags, error, seconds } = judged;
      const problem = problemOf(judged);
      if (problem !== null) process.exitCode = 1;
      console.log(JSON.stringify({
        slug,
        patch,
        ...(problem === null ? {} : { problem }),
        verdict: verdict?.kind ?? error,
        ratio: verdict?.measured?.ratio,
        reasons: verdict?.reasons.map(({ code, text }) => `${code}: ${text.slice(0, 600)}`),
        flags: flags.map(({ code, file, line, executed }) => `${code} ${file}:${line}${executed === false ? ' (not executed)' : ''}`),
        seconds: Math.round(seconds),
      }));
    },
  });
} finally {
  await engine.stop();
}
