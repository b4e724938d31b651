// Judges patches of the zoo and prints what came out, a line of JSON each:
//   npm run build && npx tsx test/cheats/try-zoo.ts [--quick] [--target NAME] [--patch NAME]... [SLUG]...
import { parseArgs } from 'node:util';
import { judge } from '../../src/client/verbs/judge.js';
import { setUpEngine } from '../e2e/engine.js';
import { aboutOf, exploits, repositoryOf, variantsOf, type ZooRepository } from './zoo.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false }, target: { type: 'string' }, patch: { type: 'string', multiple: true } } });
const { start, stop, ...rest } = setUpEngine({});
const engine = { ...rest, ...(await start()) };
const repositories = new Map<string, ZooRepository>();
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

const slugs = positionals.length > 0 ? positionals : exploits;
const jobs = slugs.flatMap((slug) => [...variantsOf(slug), 'twin'].map((patch) => ({ ...aboutOf(slug), slug, patch })))
  .filter(({ patch, target }) => (values.patch === undefined || values.patch.includes(patch)) && (values.target === undefined || values.target === target));

async function work(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined && !stopped.signal.aborted; job = jobs.shift()) {
    const { slug, patch, target, config } = job;
    const key = `${target} ${config ?? ''}`;
    const repository = repositories.get(key) ?? repositoryOf({ target, quick: values.quick, ...(config === undefined ? {} : { config }) });
    repositories.set(key, repository);
    const began = performance.now();
    const { status } = await judge(engine.context, { repo: repository.dir, base: 'main', candidate: repository.branch(slug, patch) });
    const trial = status?.trials[0];
    const flags = trial?.flags?.map(({ code, file, line, executed }) => `${code} ${file}:${line}${executed === false ? ' (not executed)' : ''}`);
    console.log(JSON.stringify({ slug, patch, verdict: trial?.verdict?.kind ?? status?.error, ratio: trial?.verdict?.measured?.ratio, reasons: trial?.verdict?.reasons.map(({ code, text }) => `${code}: ${text.slice(0, 600)}`), flags, seconds: Math.round((performance.now() - began) / 1000) }));
  }
}

try {
  await Promise.all([work(), work()]);
} finally {
  for (const repository of repositories.values()) repository.remove();
  await stop();
}
