import { modelPhases, phasesOfKey } from './models-schema.js';
import { noSuchTable } from './no-such-table.js';
import type { Problem } from './problems.js';

type Table = Record<string, unknown>;

/** Every model that is named must be there, with a key where its provider asks for one. */
export function modelProblems(config: Table): Problem[] {
  const models = tableOf(config['models']);
  const phases = tableOf(config['phases']);
  const proposing = tableOf(config['propose'])['models'];
  const named = [
    ...(Array.isArray(proposing) ? (proposing as unknown[]).map((name, position) => ({ name, path: ['propose', 'models', position], direct: tableOf(phases['optimize'])['provider'] !== undefined })) : []),
    ...modelPhases.map((phase) => ({ name: tableOf(phases[phase])['model'], path: ['phases', phase, 'model'], direct: tableOf(phases[phase])['provider'] !== undefined })),
  ];
  const unknown = named.flatMap(({ name, path, direct }) => (typeof name !== 'string' || Object.hasOwn(models, name) || direct ? [] : [{ path, text: noSuchTable('models', name, Object.keys(models)) }]));
  const keyless = Object.entries(models).flatMap(([name, model]) => {
    const { api_key: key, base_url: url } = tableOf(model);
    return key === undefined && url === undefined && typeof model === 'object' ? [{ path: ['models', name, 'api_key'], text: 'is missing: name the environment variable that holds the key, such as `api_key = "$OPENAI_API_KEY"`' }] : [];
  });
  const elsewhere = modelPhases.flatMap((phase) => Object.keys(tableOf(phases[phase])).flatMap((key) => {
    const those = phasesOfKey[key];
    return those === undefined || those.includes(phase) ? [] : [{ path: ['phases', phase, key], text: `says nothing in this phase; it belongs to ${those.map((one) => `[phases.${one}]`).join(' or ')}` }];
  }));
  return [...unknown, ...keyless, ...elsewhere];
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}
