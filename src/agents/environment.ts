import type { AgentConfig } from '../core/config/agents-schema.js';

/** Where programs would look for the user's settings instead of in the home that they have. */
const settingsElsewhere = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'];

/** The environment of an agent: what every command gets and what the config says, with a home of its own. */
export function agentEnvironment(env: Readonly<Record<string, string>>, { env: named }: AgentConfig, home: string): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !settingsElsewhere.includes(name) || name in named)), HOME: home, ...('HOME' in named ? { HOME: env['HOME'] ?? home } : {}) };
}

/** The values of the keys in the environment of an agent: those that the config takes from perfloop's. */
export function secretsOf({ env: named }: AgentConfig, env: Readonly<Record<string, string>>): string[] {
  return Object.entries(named).flatMap(([name, value]) => (value.startsWith('$') ? [env[name] ?? ''] : [])).filter((value) => value !== '');
}
