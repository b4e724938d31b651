/** SQL: whether a kernel's short name is of a library that communicates (ncclDevKernel_AllReduce_…, nvshmem…, mscclpp…). */
export const communication = (name: string): string => `(${name} GLOB 'nccl*' OR ${name} GLOB 'nvshmem*' OR ${name} GLOB 'msccl*')`;
