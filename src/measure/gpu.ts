import { basename } from 'node:path';
import sax from 'sax';
import type { GpuState } from '../core/sample.js';
import type { Gpu } from './fingerprint.js';
import { programOutput } from './program-output.js';

/** The NVIDIA GPUs of this machine; none where there is no nvidia-smi. */
export async function readGpus(): Promise<Gpu[]> {
  const xml = await programOutput('nvidia-smi', ['-q', '-x']);
  return xml === null ? [] : parseNvidiaSmi(xml);
}

/** Text of an element by its path below `gpu`, such as `clocks/sm_clock`; several where the element is repeated. */
type Elements = Map<string, string[]>;

/**
 * Reads `nvidia-smi -q -x`, whose elements have moved over the years: throttle reasons are event reasons since driver 535.
 * What is `N/A`, deprecated or not there is null. Throws nothing: of a text that is not well-formed it gives what came before.
 */
export function parseNvidiaSmi(xml: string): Gpu[] {
  const { gpus, machine } = elementsOf(xml);
  return gpus.map((elements) => ({ ...machine, ...gpuFrom(elements) }));
}

/** What may spoil a sample, of each GPU in the same text. */
export function parseGpuStates(xml: string): GpuState[] {
  return elementsOf(xml).gpus.map((elements) => ({ smMhz: gpuFrom(elements).smMhz ?? null, throttled: throttleReasons(elements), computing: computing(elements) }));
}

function elementsOf(xml: string): { gpus: Elements[]; machine: { driver: string; cuda: string | null } } {
  const path: string[] = [];
  const gpus: Elements[] = [];
  const machine = { driver: '', cuda: null as string | null };
  let text = '';
  const parser = sax.parser(true);
  parser.onopentag = ({ name }) => {
    path.push(name);
    text = '';
    if (path.length === 2 && name === 'gpu') gpus.push(new Map());
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the parser knows no other way
  parser.ontext = (more) => {
    text += more;
  };
  parser.onclosetag = (name) => {
    const value = text.trim();
    if (path.length === 2 && name === 'driver_version') machine.driver = value;
    if (path.length === 2 && name === 'cuda_version' && isTold(value)) machine.cuda = value;
    if (path[1] === 'gpu' && path.length > 2) {
      const elements = gpus.at(-1) as Elements;
      const key = path.slice(2).join('/');
      elements.set(key, [...(elements.get(key) ?? []), value]);
    }
    path.pop();
    text = '';
  };
  try {
    parser.write(xml.trim()).close();
  } catch {
    // A driver that fails in the middle writes half a text.
  }
  return { gpus, machine };
}

/** Programs that compute, without those that only draw the screen. */
function computing(elements: Elements): string[] | null {
  if (!elements.has('processes')) return null;
  const types = elements.get('processes/process_info/type') ?? [];
  return (elements.get('processes/process_info/process_name') ?? []).filter((_, at) => types[at]?.includes('C') ?? true).map((name) => basename(name));
}

function gpuFrom(elements: Elements): Omit<Gpu, 'driver' | 'cuda'> {
  const first = (...keys: string[]): string | null => keys.map((key) => elements.get(key)?.[0]).find((value) => value !== undefined && isTold(value)) ?? null;
  const number = (...keys: string[]): number | null => {
    const value = Number.parseFloat(first(...keys) ?? '');
    return Number.isFinite(value) ? value : null;
  };
  const flag = (key: string): boolean | null => ({ Enabled: true, Disabled: false })[first(key) ?? ''] ?? null;
  return {
    name: first('product_name') ?? 'unknown',
    memory: first('fb_memory_usage/total') ?? 'unknown',
    smMhz: number('clocks/sm_clock'),
    maxSmMhz: number('max_clocks/sm_clock'),
    throttled: throttleReasons(elements),
    temperatureC: number('temperature/gpu_temp'),
    powerLimitW: number('gpu_power_readings/current_power_limit', 'gpu_power_readings/power_limit', 'power_readings/power_limit'),
    persistence: flag('persistence_mode'),
    mig: flag('mig_mode/current_mig'),
    programs: elements.has('processes') ? (elements.get('processes/process_info/process_name') ?? []).map((name) => basename(name)) : null,
  };
}

const isTold = (value: string): boolean => value !== '' && value !== 'N/A' && !value.startsWith('Requested functionality');

function throttleReasons(elements: Elements): string[] | null {
  const told = [...elements].flatMap(([key, [value = '']]) => {
    const reason = /^clocks_(?:event|throttle)_reasons\/clocks_(?:event|throttle)_reason_(\w+)$/.exec(key)?.[1];
    return reason === undefined || !isTold(value) ? [] : [{ reason, active: value === 'Active' }];
  });
  return told.length === 0 ? null : told.filter(({ reason, active }) => active && reason !== 'gpu_idle').map(({ reason }) => reason);
}
