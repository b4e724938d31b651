// Runs in a process of its own, read from its standard input: loads a user's module, and says what its functions take, or calls one.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const paths = require('node:path');
const { pathToFileURL } = require('node:url');

/** `plan`: see src/step-modules/plan.ts. What it says is the last thing that its process prints. */
async function run(plan) {
  const print = process.stdout.write.bind(process.stdout);
  const say = (body) => new Promise((done) => print(`\n@${plan.secret} ${JSON.stringify(body)}\n`, done)).then(() => process.exit(0));
  // A step whose function throws later than it ends would end as if nothing had happened.
  process.on('uncaughtException', (error) => void say(thrown(error)));
  process.on('unhandledRejection', (error) => void say(thrown(error)));
  const path = paths.join(plan.root ?? process.cwd(), plan.module);
  if (!existsSync(path)) return say({ kind: 'unloadable', text: 'does not exist', line: null });
  let loaded;
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    console.error(error);
    return say({ kind: 'unloadable', text: `cannot be loaded: ${wordsOf(error)}`, line: lineOf(error, path) });
  }
  return say(plan.call === null ? { kind: 'described', types: plan.types.map((type) => described(loaded, type)) } : await called(loaded, plan.call));
}

function described(loaded, { type, settings }) {
  const found = functionOf(loaded, type);
  if (typeof found === 'string') return { type, problem: found, refused: [] };
  try {
    return { type, problem: null, refused: settings.map((one) => settled(found.schema, one).problems) };
  } catch (error) {
    return { type, problem: `has a schema that cannot be used: ${wordsOf(error)}`, refused: [] };
  }
}

/** A module of CommonJS has its exports below `default`. */
function functionOf(loaded, type) {
  const found = loaded[type] ?? loaded.default?.[type];
  if (typeof found === 'function') return found;
  const names = [...new Set([...Object.keys(loaded), ...Object.keys(Object(loaded.default))])].filter((name) => typeof (loaded[name] ?? loaded.default?.[name]) === 'function' && name !== 'default');
  return `exports no function \`${type}\`; it exports ${names.length === 0 ? 'none' : names.slice(0, 20).join(', ')}`;
}

async function called(loaded, { type, settings, context }) {
  const found = functionOf(loaded, type);
  if (typeof found === 'string') return { kind: 'unloadable', text: found, line: null };
  let taken;
  try {
    taken = settled(found.schema, settings);
  } catch (error) {
    return { kind: 'unloadable', text: `has a schema that cannot be used: ${wordsOf(error)}`, line: null };
  }
  if (taken.problems.length > 0) return { kind: 'refused', problems: taken.problems };
  const writes = new Map();
  const set = (key, value) => void writes.set(String(key), value);
  let output;
  try {
    output = (await found(taken.value, { ...context, paths: { worktree: process.cwd(), temporary: process.env.TMPDIR }, set })) ?? null;
  } catch (error) {
    return thrown(error);
  }
  const written = [...writes];
  const wrong = [notJson(output, 'what it returned'), ...written.map(([key, value]) => notJson(value, `what it set as ${JSON.stringify(key)}`))].find((text) => text !== null);
  if (wrong !== undefined) return { kind: 'unfit', text: wrong };
  const bytes = Buffer.byteLength(JSON.stringify([output, written]));
  if (bytes > largest) return { kind: 'unfit', text: `what it returned and set is ${bytes} bytes of JSON, and at most ${largest} are taken` };
  return { kind: 'done', output, writes: written };
}

/** Bytes: more is no result but data, which belongs into a file. */
const largest = 64 * 1024;

function thrown(error) {
  console.error(error);
  const code = typeof error?.code === 'string' && /^[A-Z][A-Z0-9_]{0,59}$/.test(error.code) ? error.code : null;
  return { kind: 'threw', code, text: wordsOf(error) };
}

function wordsOf(error) {
  const text = error instanceof Error ? (error.message === '' ? error.name : error.message) : `it threw ${String(error)}`;
  return text.slice(0, 2000);
}

/** Where in the module the error is from; null where it is from elsewhere. */
function lineOf(error, path) {
  if (!(error instanceof Error)) return null;
  // What import() throws does not tell where the syntax is wrong.
  const said = error instanceof SyntaxError ? spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' }).stderr : String(error.stack);
  for (const name of [path, pathToFileURL(path).href]) {
    const at = said.indexOf(`${name}:`);
    const line = at < 0 ? NaN : parseInt(said.slice(at + name.length + 1), 10);
    if (Number.isInteger(line)) return line;
  }
  return null;
}

/** What JSON would change or leave out, in words; null where it takes all of it. */
function notJson(value, what, path = [], above = []) {
  const wrong = (text) => `${what}${path.length === 0 ? '' : `, at ${path.join('.')},`} ${text}`;
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return null;
  if (typeof value !== 'object') return wrong(`is ${typeof value === 'number' || value === undefined ? String(value) : `a ${typeof value}`}, which is no JSON`);
  if (above.includes(value)) return wrong('holds itself, which is no JSON');
  if (above.length > 100) return `${what} is nested more than 100 levels deep`;
  const isTable = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isTable && !Array.isArray(value)) return wrong(`is a ${value.constructor?.name ?? 'object of a class'}, which is no JSON`);
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined && isTable) continue;
    const below = notJson(member, what, [...path, key], [...above, value]);
    if (below !== null) return below;
  }
  return null;
}

// What a function takes: JSON Schema, as far as settings need it, or anything with a `safeParse`.

const keywords = ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'default', 'title', 'description', 'examples', '$schema', '$id'];
const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** The settings with defaults, and what is wrong with them: `{path, text}`, or `{path, key, allowed}` for a key that nobody knows. */
function settled(schema, settings) {
  if (schema === undefined || schema === null) return { value: settings, problems: [] };
  if (typeof schema.safeParse === 'function') {
    const { success, data, error } = schema.safeParse(settings);
    return success ? { value: data, problems: [] } : { value: settings, problems: error.issues.flatMap(ofIssue) };
  }
  checkSchema(schema, 'schema');
  const problems = [];
  return { value: checked(schema, structuredClone(settings), [], problems), problems };
}

function ofIssue({ code, path = [], message, keys }) {
  const place = path.map((part) => (typeof part === 'object' ? part.key : part));
  return code === 'unrecognized_keys' ? keys.map((key) => ({ path: [...place, key], text: 'unknown key' })) : [{ path: place, text: String(message) }];
}

/** A keyword that is passed over would let through what it forbids. */
function checkSchema(schema, place) {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new Error(`${place} is no table`);
  const unknown = Object.keys(schema).find((key) => !keywords.includes(key));
  if (unknown !== undefined) throw new Error(`${place} has the keyword ${unknown}; perfloop knows ${keywords.slice(0, 15).join(', ')}`);
  for (const type of [schema.type ?? []].flat()) if (!types.includes(type)) throw new Error(`${place}.type is ${JSON.stringify(type)}; there are ${types.join(', ')}`);
  for (const [key, below] of Object.entries(schema.properties ?? {})) checkSchema(below, `${place}.properties.${key}`);
  if (schema.items !== undefined) checkSchema(schema.items, `${place}.items`);
  if (typeof schema.additionalProperties === 'object') checkSchema(schema.additionalProperties, `${place}.additionalProperties`);
  // Throws where it is none.
  if (schema.pattern !== undefined) RegExp(schema.pattern, 'u');
}

function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function checked(schema, value, path, problems) {
  const wrong = (text) => void problems.push({ path, text });
  const wanted = [schema.type ?? []].flat();
  const type = typeOf(value);
  if (wanted.length > 0 && !wanted.includes(type) && !(wanted.includes('integer') && Number.isInteger(value))) {
    wrong(`expected ${wanted.join(' or ')}, got ${type === 'string' ? `the string ${JSON.stringify(value.slice(0, 60))}` : type === 'number' || type === 'boolean' ? String(value) : type}`);
    return value;
  }
  const same = (one) => JSON.stringify(one) === JSON.stringify(value);
  if (schema.enum !== undefined && !schema.enum.some(same)) problems.push({ path, text: `expected one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}; got ${JSON.stringify(value)}` });
  if (schema.const !== undefined && !same(schema.const)) wrong(`must be ${JSON.stringify(schema.const)}`);
  if (type === 'number') {
    if (value < schema.minimum) wrong(`must be at least ${schema.minimum}, got ${value}`);
    if (value > schema.maximum) wrong(`must be at most ${schema.maximum}, got ${value}`);
  }
  if (type === 'string') {
    if (value.length < schema.minLength) wrong(`must have at least ${schema.minLength} characters, got ${value.length}`);
    if (value.length > schema.maxLength) wrong(`must have at most ${schema.maxLength} characters, got ${value.length}`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) wrong(`must match ${schema.pattern}, got ${JSON.stringify(value)}`);
  }
  if (type === 'array') {
    if (value.length < schema.minItems) wrong(`must have at least ${schema.minItems} entries, got ${value.length}`);
    if (value.length > schema.maxItems) wrong(`must have at most ${schema.maxItems} entries, got ${value.length}`);
    return schema.items === undefined ? value : value.map((item, index) => checked(schema.items, item, [...path, index], problems));
  }
  return type === 'object' ? checkedTable(schema, value, path, problems) : value;
}

/** Where `properties` are told, nothing else is taken, unless `additionalProperties` says so. */
function checkedTable({ properties, required = [], additionalProperties = properties === undefined }, value, path, problems) {
  const known = properties ?? {};
  for (const [key, below] of Object.entries(known)) if (!Object.hasOwn(value, key) && below.default !== undefined) value[key] = structuredClone(below.default);
  for (const key of required) if (!Object.hasOwn(value, key)) problems.push({ path: [...path, key], text: 'is missing' });
  for (const [key, member] of Object.entries(value)) {
    const below = Object.hasOwn(known, key) ? known[key] : additionalProperties;
    if (typeof below === 'object') value[key] = checked(below, member, [...path, key], problems);
    else if (!below) problems.push({ path: [...path, key], key, allowed: Object.keys(known) });
  }
  return value;
}

module.exports = { run };
