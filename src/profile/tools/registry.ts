import { PerfloopError } from '../../core/errors.js';
import { diff } from './diff.js';
import { apiSum, osrtSum } from './gpu/api-sum.js';
import { busy } from './gpu/busy.js';
import { criticalPath } from './gpu/critical-path.js';
import { dataloader } from './gpu/dataloader.js';
import { deviceInfo } from './gpu/device-info.js';
import { gaps } from './gpu/gaps.js';
import { gc } from './gpu/gc.js';
import { graphs } from './gpu/graphs.js';
import { health } from './gpu/health.js';
import { iterations } from './gpu/iterations.js';
import { kernelInstances } from './gpu/kernel-instances.js';
import { kernels } from './gpu/kernels.js';
import { launch } from './gpu/launch.js';
import { memcpy } from './gpu/memcpy.js';
import { memory } from './gpu/memory.js';
import { memset } from './gpu/memset.js';
import { mfu } from './gpu/mfu.js';
import { moduleLoading } from './gpu/module-loading.js';
import { nccl } from './gpu/nccl.js';
import { nvtx } from './gpu/nvtx.js';
import { overlap } from './gpu/overlap.js';
import { streams } from './gpu/streams.js';
import { sync } from './gpu/sync.js';
import { blocked } from './host/blocked.js';
import { callTree } from './host/call-tree.js';
import { callersOf } from './host/callers-of.js';
import { flame } from './host/flame.js';
import { hotFunctionsTool } from './host/hot-functions.js';
import { threads } from './host/threads.js';
import { tensorCores } from './gpu/tensor-cores.js';
import { query } from './query.js';
import { search } from './search.js';
import type { ProfileTool } from './tool.js';

/** Questions about work on GPUs, in the order in which a reader asks. */
export const gpuTools: readonly ProfileTool[] = [health, deviceInfo, busy, streams, gaps, kernels, kernelInstances, tensorCores, launch, graphs, memcpy, memset, memory, sync, overlap, nccl, nvtx, iterations, criticalPath, mfu, apiSum, osrtSum, dataloader, gc, moduleLoading];

/** Questions about code on the host. */
export const hostTools: readonly ProfileTool[] = [hotFunctionsTool, callTree, callersOf, flame, threads, blocked];

/** Questions to every profile. */
export const anyTools: readonly ProfileTool[] = [diff, search, query];

/** Every question that can be asked of a profile. */
export const profileTools: readonly ProfileTool[] = [...gpuTools, ...hostTools, ...anyTools];

/** By its name or one that users of other tools know. Throws PL_NO_SUCH_TOOL. */
export function profileTool(name: string): ProfileTool {
  const found = profileTools.find((tool) => tool.name === name || tool.aliases.includes(name));
  if (found !== undefined) return found;
  throw new PerfloopError('PL_NO_SUCH_TOOL', `There is no tool ${name}.`, { where: name, fix: `Choose one of ${profileTools.map((tool) => tool.name).join(', ')}; \`perfloop tool --list\` says what each answers.` });
}
