import type { Config } from './schema.js';

/** Names of the models that propose changes, each once. Configs of runs that earlier versions began name none. */
export function proposingModels({ propose, phases }: { propose?: Partial<Pick<Config['propose'], 'models'>> } & Partial<Pick<Config, 'phases'>>): string[] {
  const ofPhase = phases?.optimize?.model;
  return [...new Set([...(propose?.models ?? []), ...(ofPhase === undefined ? [] : [ofPhase])])];
}
