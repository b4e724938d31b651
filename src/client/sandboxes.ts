import { sandboxDesk } from '../activities/sandboxes/desk.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { SandboxDesk } from '../tools/sandbox/tool.js';
import { hostIdentity } from '../measure/environment.js';
import type { CliContext } from './context.js';
import { loadConfig } from './load-config.js';

/** Sandboxes in this home, worked on in this process. For who was allowed to write. */
export async function openDesk(context: CliContext): Promise<SandboxDesk> {
  const { home, env } = context;
  const { id } = await hostIdentity(home);
  return sandboxDesk({ home, artifacts: artifactsOf(home), host: id, devices: ['cpu'], gpu: null, env }, (folder, file) => loadConfig(context, folder, file));
}
