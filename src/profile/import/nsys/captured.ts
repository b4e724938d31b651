import { programName } from '../program-name.js';

/** Environment variables that say how a program runs on its devices. All others are left out: they can hold secrets. */
const variables = /^(?:CUDA_(?:VERSION|VISIBLE_DEVICES|DEVICE_ORDER|LAUNCH_BLOCKING|DEVICE_MAX_CONNECTIONS|MODULE_LOADING|CACHE_DISABLE)|NVIDIA_(?:VISIBLE_DEVICES|DRIVER_CAPABILITIES|TF32_OVERRIDE)|NCCL_(?:ALGO|PROTO|DEBUG|P2P_DISABLE|P2P_LEVEL|IB_DISABLE|NTHREADS|MIN_NCHANNELS|MAX_NCHANNELS|BUFFSIZE|SHM_DISABLE|NVLS_ENABLE)|(?:OMP|MKL|OPENBLAS|NUMEXPR)_NUM_THREADS|PYTORCH_(?:CUDA_)?ALLOC_CONF|TORCH_(?:NCCL_[A-Z_]+|CUDA_ARCH_LIST|ALLOW_TF32_CUBLAS_OVERRIDE)|CUBLAS_WORKSPACE_CONFIG|WORLD_SIZE|LOCAL_WORLD_SIZE|RANK|LOCAL_RANK)$/;

/** What is kept of what a profiler noted of the capture: how it was made, never what the user typed or exported. */
const settings = /^(?:CAPTURE_EVENT_TYPE|CUDA_GRAPH_TRACE_OPTIONS:\w+|CUDA_[A-Z_]+|RATE_HZ|RUN_DURATION_MS|START_(?:TRIGGER|DELAY_MS)|STOP_TRIGGER|SAMPLE_ALL_TASKS|COLLECT_\w+|INCLUDE_CHILDREN|PROCESS_\d+:(?:COLLECT_\w+|PID))$/;

const exports = /^EXPORT_(?:PRODUCT_(?:NAME|VERSION)|SCHEMA_VERSION(?:_\w+)?|PLATFORM|ARCH|PARAM_LAZY|PARAM_TIME_(?:NORMALIZE|SHIFT))$/;

const systems = /^(?:CpuCores|CpuArchitecture|CpuDescription|NvDriverVersion|CudaDriverVersion|OsDescription|KernelVersion)$/;

/** Whether a row of META_DATA_EXPORT is kept. */
export const keepsExport = (name: string): boolean => exports.test(name);

/** Whether a row of TARGET_INFO_SYSTEM_ENV is kept. */
export const keepsSystem = (name: string): boolean => systems.test(name);

/** A row of META_DATA_CAPTURE as it is kept; null: it is not. A command line becomes the program's name. */
export function keptCapture(name: string, value: string | null): { name: string; value: string } | null {
  if (/^PROCESS_\d+:ENVIRONMENT_VARIABLE$/.test(name)) {
    const [, variable = '', setting = ''] = /^(\w+)=(.*)$/s.exec(value ?? '') ?? [];
    return variables.test(variable) ? { name: `ENVIRONMENT:${variable}`, value: setting.replace(/^"(.*)"$/s, '$1').slice(0, 200) } : null;
  }
  if (/^PROCESS_\d+:COMMAND$/.test(name)) return { name, value: programName(value ?? '') };
  return settings.test(name) ? { name, value: (value ?? '').slice(0, 200) } : null;
}
