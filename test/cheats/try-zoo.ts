// Judges patches of the zoo and prints what came out, a line of JSON each:
//   npm run build && npx tsx test/cheats/try-zoo.ts [--target NAME] [--patch NAME] [SLUG]...
import { parseArgs } from 'node:util';
import { judge } from '../../src/client/verbs/judge.js';
import { setUpEngine } from '../e2e/engine.js';
import { aboutOf, exploits, repositoryOf, variantsOf } from './zoo.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { target: { type: 'string' }, patch: { type: 'string' } } });
const { start, stop, ...rest } = setUpEngine({});
const engine = { ...rest, ...(await start()) };
try {
  for (const slug of positionals.length > 0 ? positionals : exploits) {
    const about = aboutOf(slug);
    if (values.target !== undefined && about.target !== values.target) continue;
    const repository = repositoryOf(about.target);
    for (const patch of [...variantsOf(slug), 'twin'].filter((name) => values.patch === undefined || name === values.patch)) {
      const began = performance.now();
      const { status } = await judge(engine.context, { repo: repository.dir, base: 'main', candidate: repository.branch(slug, patch) });
      const trial = status?.trials[0];
      const flags = trial?.flags?.map(({ code, file, line, executed }) => `${code} ${file}:${line}${executed === false ? ' (not executed)' : ''}`);
      console.log(JSON.stringify({ slug, patch, verdict: trial?.verdict?.kind ?? status?.error, ratio: trial?.verdict?.measured?.ratio, reasons: trial?.verdict?.reasons.map(({ code, text }) => `${code}: ${text.slice(0, 300)}`), flags, seconds: Math.round((performance.now() - began) / 1000) }));
    }
    repository.remove();
  }
} finally {
  await stop();
}
