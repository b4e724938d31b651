// Calls a function of the target with the arguments of each case, and prints what can be seen of it.
import { apply, call, digest, endProcess, fileUrl, getPrototypeOf, isArray, isPromise, print, replace, stringify, toNumber, toText } from './originals.js';
import { Observer, typeName } from './observe.js';
import { refill, valueOf } from './values.js';

/** A generator or another iterator is consumed to its end, or to here. */
const mostSteps = 100_000;

/** `plan`: see CasePlan in src/check/cases/plan.ts. */
export async function run(plan) {
  // The program runs at the root of the worktree, whatever that is called.
  const root = process.cwd();
  let sequence = 0;
  // Signed, so that nothing that the target prints passes for it.
  const say = (body) => {
    const number = sequence++;
    print(`\n@${number} ${digest(`${plan.secret}\n${number}\n${body}`)} ${body}\n`);
  };
  const fail = (what, error) => {
    say(`{"k":"unusable","text":${stringify(`${what}: ${messageOf(error, root)}`)}}`);
    endProcess(0);
  };

  let subject;
  try {
    subject = await load(root, plan.entry, plan.factory);
  } catch (error) {
    return fail(`cannot load ${plan.entry.path}`, error);
  }
  const copies = [];
  try {
    for (let copy = 0; copy < 3; copy++) copies[copy] = await argumentLists(root, plan);
  } catch (error) {
    return fail('the generator of arguments', error);
  }
  const [first, equal, other] = copies;
  const count = first.length;
  if (count === 0 || equal.length !== count) return fail('the generator of arguments', new Error(count === 0 ? 'gives no case' : 'gives another number of cases when it is called again'));
  say(`{"k":"ready","count":${count}}`);
  for (let index = 0; index < plan.order.length; index++) {
    const number = plan.order[index];
    if (number >= count) continue;
    let receivers;
    try {
      receivers = [await subject.receiver(plan.seed, number), await subject.receiver(plan.seed, number)];
    } catch (error) {
      return fail('the factory', error);
    }
    say(await oneCase(root, subject, number, { first: first[number], equal: equal[number], other: other[(number + 1) % count] }, receivers));
    // What was used is not held on to: a cache by identity is then caught on an address that is used again.
    first[number] = equal[number] = null;
  }
  say('{"k":"end"}');
  endProcess(0);
}

/** The calls of one case, as `callNames` in src/core/check/cases/compare-cases.ts lists them. */
async function oneCase(root, subject, number, args, receivers) {
  const observer = new Observer(root);
  const given = observer.snapshot(args.first);
  let calls = await observedCall(observer, subject, args.first, receivers[0]);
  calls += `,${await observedCall(observer, subject, args.first, receivers[0])}`;
  for (let index = 0; index < args.first.length && index < args.other.length; index++) refill(args.first[index], args.other[index]);
  calls += `,${await observedCall(observer, subject, args.first, receivers[0])}`;
  calls += `,${await observedCall(observer, subject, args.equal, receivers[1])}`;
  return `{"k":"case","n":${number},"given":${given},"calls":[${calls}]}`;
}

/** Outcome and arguments in one snapshot, so that what they share is seen: the outcome, the receiver of a method, the arguments. */
async function observedCall(observer, { method, isMethod }, args, receiver) {
  let how = 'returns';
  let value;
  try {
    value = apply(method(receiver), receiver, args);
    if (isPromise(value)) value = { awaited: await value };
    else if (isIterator(value, iterate)) value = consumed(value);
    else if (isIterator(value, iterateLater)) value = await consumedLater(value);
  } catch (error) {
    if (isExhausted(error)) return '{"how":"exhausted","all":[null]}';
    how = 'throws';
    value = error;
  }
  const all = [value];
  if (isMethod) all[1] = receiver;
  for (let index = 0; index < args.length; index++) all[all.length] = args[index];
  return `{"how":"${how}","all":${observer.snapshot(all)}}`;
}

const { iterator: iterate, asyncIterator: iterateLater } = Symbol;

function isIterator(value, by) {
  return value !== null && typeof value === 'object' && !isArray(value) && typeof value.next === 'function' && typeof value[by] === 'function';
}

/** All that a lazy result gives, under the name of its type: a list in its place is another. */
function consumed(iterator) {
  const items = [];
  const next = iterator.next;
  while (items.length < mostSteps) {
    const step = call(next, iterator);
    if (step.done) return { iterator: typeName(getPrototypeOf(iterator) ?? {}), items, returned: step.value };
    items[items.length] = step.value;
  }
  return { iterator: 'endless', items };
}

async function consumedLater(iterator) {
  const items = [];
  const next = iterator.next;
  while (items.length < mostSteps) {
    const step = await call(next, iterator);
    if (step.done) return { iterator: typeName(getPrototypeOf(iterator) ?? {}), items, returned: step.value };
    items[items.length] = step.value;
  }
  return { iterator: 'endless', items };
}

function isExhausted(error) {
  return error !== null && typeof error === 'object' && typeName(error) === 'RangeError' && error.message === 'Maximum call stack size exceeded';
}

function messageOf(error, root) {
  const text = error !== null && typeof error === 'object' && typeof error.message === 'string' ? error.message : toText(error);
  return call(replace, text, root, '.');
}

/** How the function under test is called. `Class.method` is a method of `new Class()` unless it is static; a factory gives the object instead. */
async function load(root, entry, factory) {
  const { names } = entry;
  const last = names[names.length - 1];
  const loaded = await import(fileUrl(`${root}/${entry.path}`));
  if (factory !== null) {
    const make = await load(root, factory, null);
    return { isMethod: true, receiver: (seed, number) => make.method()(toNumber(seed), number), method: (receiver) => receiver[last] };
  }
  let value = pick(loaded, names[0]);
  if (value === undefined) throw new Error(`it does not export ${names[0]}`);
  let owner;
  for (let index = 1; index < names.length; index++) {
    const name = names[index];
    const Class = value;
    if (typeof Class === 'function' && typeof Class[name] !== 'function' && typeof Class.prototype?.[name] === 'function') {
      return { isMethod: true, receiver: () => new Class(), method: (receiver) => receiver[name] };
    }
    owner = value;
    value = value?.[name];
  }
  if (typeof value !== 'function') throw new Error(`${last} is ${value === undefined ? 'not there' : `a ${typeof value}`}, not a function`);
  return { isMethod: false, receiver: () => owner, method: () => value };
}

/** An export of an ES module, or of a CommonJS module whose exports cannot be told statically. */
function pick(loaded, name) {
  if (loaded[name] !== undefined) return loaded[name];
  const { default: whole } = loaded;
  return whole === null || (typeof whole !== 'object' && typeof whole !== 'function') ? undefined : whole[name];
}

async function argumentLists(root, { inputs, values, seed, count }) {
  if (inputs === null) {
    const lists = [];
    for (let index = 0; index < values.length; index++) lists[index] = valueOf({ l: values[index] });
    return lists;
  }
  const { method } = await load(root, inputs, null);
  const lists = await method()(toNumber(seed), count);
  if (!isArray(lists)) throw new Error('must return an array with an array of arguments for each case');
  for (let index = 0; index < lists.length; index++) if (!isArray(lists[index])) throw new Error(`gave a case that is no array of arguments (the one at ${index})`);
  return lists;
}
