// LangGraph.js on the graphs of shapes.ts. Prints a JSON object with CPU milliseconds of each run.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [folder, count] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const { Annotation, END, START, StateGraph } = await import(pathToFileURL(require.resolve('@langchain/langgraph')).href);
const keys = 1_000;
const State = Annotation.Root(Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, Annotation()])));
let executed = 0;

function work(index) {
  const reads = Array.from({ length: 10 }, (_, read) => `k${(index * 7 + read * 13) % keys}`);
  const written = `k${index % keys}`;
  return (state) => {
    executed += 1;
    let sum = 0;
    for (const key of reads) sum += state[key];
    return { [written]: sum % keys };
  };
}

function chain(steps) {
  const graph = new StateGraph(State);
  for (let index = 0; index < steps; index++) graph.addNode(`s${index}`, work(index));
  for (let index = 0; index < steps; index++) graph.addEdge(index === 0 ? START : `s${index - 1}`, `s${index}`);
  graph.addEdge(`s${steps - 1}`, END);
  return [graph.compile(), steps];
}

function fan(width) {
  const graph = new StateGraph(State);
  const branches = Array.from({ length: width }, (_, index) => `s${index + 1}`);
  for (let index = 0; index < width + 2; index++) graph.addNode(`s${index}`, work(index));
  graph.addEdge(START, 's0');
  for (const name of branches) graph.addEdge('s0', name);
  graph.addEdge(branches, `s${width + 1}`);
  graph.addEdge(`s${width + 1}`, END);
  return [graph.compile(), width + 2];
}

async function measure([graph, steps]) {
  const state = Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]));
  const times = [];
  for (let run = 0; run <= Number(count); run++) {
    executed = 0;
    const before = process.cpuUsage();
    await graph.invoke(state, { recursionLimit: 10 * steps });
    const { user, system } = process.cpuUsage(before);
    if (run > 0) times.push((user + system) / 1_000);
    if (executed !== steps) throw new Error(`${executed} of ${steps} steps were executed`);
  }
  return times;
}

const { version } = require('@langchain/langgraph/package.json');
console.log(JSON.stringify({ version, chain: await measure(chain(501)), fan: await measure(fan(500)) }));
