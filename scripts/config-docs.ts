/** Writes docs/config.md from the schema: `npx tsx scripts/config-docs.ts`. A test fails when the file is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { formatDuration } from '../src/core/duration-text.js';
import { elementOf, unwrap } from '../src/core/config/introspect.js';
import { commandTable } from '../src/core/config/command-schema.js';
import { stepTypes } from '../src/core/config/steps-schema.js';
import { configSchema } from '../src/core/config/schema.js';

export const docsFile = fileURLToPath(new URL('../docs/config.md', import.meta.url));
const example = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

const introduction = `# perfloop.toml

<!-- Written by scripts/config-docs.ts from src/core/config/schema.ts; edit those. -->

perfloop reads \`perfloop.toml\` at the root of the repository (TOML 1.1, at most 256 KiB). Only \`commands.benchmark\` is
needed for a run; everything else has a default. \`perfloop init\` writes a first version. A mistake stops perfloop before
it does anything, and all mistakes are shown at once:

\`\`\`
perfloop.toml:2: loop.ronds: unknown key; did you mean rounds? allowed: rounds, plateau, max_trials, max_wall, candidates_per_round
perfloop.toml:9: metrics[0].goal: expected one of min, max; got the string "mn"; did you mean min?
\`\`\`

How to write the types:

| type | written as |
| --- | --- |
| command | \`"npm test"\`, or a table: \`{ run = "npm test", cwd = "packages/a", timeout = "5m" }\`; see [Commands](#commands-as-tables) |
| duration | \`"90s"\`, \`"10m"\`, \`"1h30m"\`, \`"250ms"\`, or a number of seconds; at most a year |
| size | \`"512MiB"\`, \`"8GiB"\`, \`"1TiB"\` |
| path, glob | relative to the root of the repository; neither absolute nor with \`..\` |
| host path | absolute, or \`~/…\` in the home of the user that runs the perfloop worker |
| regular expression | RE2 syntax, which matches in linear time: no lookaround, no back-references. In TOML, single quotes keep the backslashes: \`'(\\d+) ops'\` |
`;

/** The whole text of docs/config.md. */
export function configDocs(): string {
  const sections = Object.entries(configSchema.shape).flatMap(([key, schema]) => [section(key, schema), ...nested(key, schema)]);
  return [
    introduction,
    `## A complete example\n\nEvery key once. A real file needs few of them.\n\n\`\`\`toml\n${example('config-example.toml')}\`\`\`\n`,
    `Several benchmarks in place of one:\n\n\`\`\`toml\n${example('config-example-several.toml')}\`\`\`\n`,
    `A service in place of one:\n\n\`\`\`toml\n${example('config-example-service.toml')}\`\`\`\n`,
    `Steps that form a graph, in place of the default plan:\n\n\`\`\`toml\n${example('config-example-graph.toml')}\`\`\`\n`,
    ...sections,
    `## Commands as tables\n\nWherever the type is command, a string is short for a table with \`run\` alone. The shell is \`/bin/sh\`.\n\n${keyTable(commandTable)}`,
  ].join('\n');
}

/** What each type of step does. */
function typesOfSteps(): string {
  return ['| type | what it does |', '| --- | --- |', ...Object.entries(stepTypes).map(([type, what]) => `| \`${type}\` | ${what} |`), ''].join('\n');
}

function section(key: string, schema: z.core.$ZodType): string {
  const below = unwrap(schema);
  const element = elementOf(schema);
  if (!(element instanceof z.ZodObject)) throw new Error(`the schema has a top-level key that is no table: ${key}`);
  const heading = below instanceof z.ZodArray ? `[[${key}]]` : below instanceof z.ZodRecord ? `[${key}.NAME]` : `[${key}]`;
  const several = below instanceof z.ZodArray ? ' May be there several times.' : '';
  return `## ${heading}\n\n${describe(schema)}${several}\n\n${keyTable(element)}${key === 'steps' ? `\n${typesOfSteps()}` : ''}`;
}

/** The tables in a table, such as [propose.knobs]. */
function nested(key: string, schema: z.core.$ZodType): string[] {
  const table = unwrap(schema);
  if (!(table instanceof z.ZodObject)) return [];
  return Object.entries(table.shape).flatMap(([name, below]) => (isOwnTable(below) ? [section(`${key}.${name}`, below)] : []));
}

/** Tables that have a title, as commands do, are told elsewhere. */
function isOwnTable(schema: z.core.$ZodType): boolean {
  return unwrap(schema) instanceof z.ZodObject && titleOf(schema) === undefined;
}

function titleOf(schema: z.core.$ZodType): string | undefined {
  const title = z.globalRegistry.get(schema)?.title;
  return title ?? (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? titleOf(schema.unwrap()) : undefined);
}

function keyTable(table: z.ZodObject): string {
  const rows = Object.entries(table.shape).map(([key, schema]) => `| \`${key}\` | ${typeText(schema)} | ${defaultText(schema)} | ${cell(describe(schema))} |`);
  return ['| key | type | default | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function describe(schema: z.core.$ZodType): string {
  const text = z.globalRegistry.get(schema)?.description;
  if (text === undefined) throw new Error('a key of the schema has no description');
  return text;
}

/** The title that the schema was given, at whatever depth of defaults and optionals, else what it is made of. */
function typeText(schema: z.core.$ZodType): string {
  const title = z.globalRegistry.get(schema)?.title;
  if (title !== undefined) return title;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) return typeText(schema.unwrap());
  if (schema instanceof z.ZodObject) return 'table, see below';
  if (schema instanceof z.ZodTuple) return 'list of two numbers';
  if (schema instanceof z.ZodUnion) return 'string or number';
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`"${option}"\``).join(', ');
  if (schema instanceof z.ZodArray) return `list of ${plural(typeText(schema.element))}`;
  if (schema instanceof z.ZodRecord) return `table of ${plural(typeText(schema.valueType))}`;
  if (schema instanceof z.ZodBoolean) return '`true`, `false`';
  if (schema instanceof z.ZodNumber) return `${schema.isInt ? 'whole number' : 'number'}${range(schema)}`;
  if (schema instanceof z.ZodString) return 'string';
  throw new Error(`no words for a schema of type ${schema._zod.def.type}`);
}

function plural(type: string): string {
  return `${type}s`;
}

function range({ minValue, maxValue }: z.ZodNumber): string {
  return Number.isFinite(minValue) && Number.isFinite(maxValue) ? `, ${minValue} to ${maxValue}` : '';
}

function defaultText(schema: z.core.$ZodType): string {
  if (!(schema instanceof z.ZodDefault)) return '';
  const value: unknown = schema.def.defaultValue;
  if (typeText(schema) === 'duration' && typeof value === 'number') return `\`"${formatDuration(value)}"\``;
  return `\`${JSON.stringify(value).replaceAll('","', '", "')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(docsFile, configDocs());
