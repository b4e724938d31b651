import { phaseSchema, type ModelConfig, type ModelPhase, type PhaseConfig, type ProviderKind } from './models-schema.js';
import type { Config } from './schema.js';

/** A model as one phase uses it. */
export interface ModelChoice extends Omit<ModelConfig, 'provider'> {
  /** Its name in the config. */
  name: string;
  provider: ProviderKind;
  /** Bounds of one conversation. */
  bounds: Pick<PhaseConfig, 'turns' | 'tokens' | 'timeout' | 'findings' | 'candidates' | 'lessons' | 'sandbox_runs'>;
}

/** What a model is asked in: a phase, or a step that explains a decision, of which [phases] says nothing. */
export type AskedIn = ModelPhase | 'decide';

type WithModels = Partial<Pick<Config, 'models' | 'phases'>>;

/** The model of a phase, with what the phase says in place of what the model does; null when nobody says enough. */
export function modelFor(config: WithModels, name: string, phase: AskedIn): ModelChoice | null {
  const { model: _name, turns, tokens, timeout, findings, candidates, lessons, sandbox_runs, ...over } = (phase === 'decide' ? undefined : config.phases?.[phase]) ?? phaseSchema.parse({});
  const known = config.models?.[name];
  const said = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)) as Partial<ModelConfig>;
  const bounds = { turns, tokens, timeout, findings, candidates, lessons, sandbox_runs };
  if (known !== undefined) return { ...known, ...said, name, bounds };
  if (said.provider === undefined) return null;
  return { max_tokens: 16_000, context: 128_000, timeout: 600_000, ...said, provider: said.provider, model: name, name, bounds };
}

/** Every environment variable that a key is taken from. */
export function keyNames({ models, phases }: WithModels): string[] {
  const keys = [...Object.values(models ?? {}), ...Object.values(phases ?? {})].map(({ api_key: key }) => key);
  return [...new Set(keys.flatMap((key) => (key === undefined ? [] : [key.slice(1)])))];
}
