import type { SgNode } from '@ast-grep/napi';
import { endOf, parts, same, startOf } from '../../source/tree.js';
import { callArguments, methodOf } from '../call.js';
import { deviceKind } from '../devices.js';
import type { Located, TorchProgram } from '../program.js';
import { deviceMark, type TwoTexts } from './two-texts.js';

/** A move to a device, `x.to(d)` or `x.cuda()`, of any expression: the text of the device, and edits that take the move out or name another device. Null for other calls, and moves to the host. */
export function movedBy(program: TorchProgram, { module, node: call }: Located): { device: string; edits: TwoTexts[] } | null {
  const method = methodOf(call);
  if (method === null || (method.method !== 'to' && method.method !== 'cuda')) return null;
  const { positional, keywords } = callArguments(call);
  if ([...keywords.keys()].some((name) => !['device', 'dtype', 'non_blocking'].includes(name))) return null;
  const isType = (node: SgNode): boolean => /^torch\.(?!device|cuda)/.test(module.pathOf(node) ?? '');
  const type = [...positional.filter(isType), ...[...keywords].flatMap(([name, value]) => (name === 'dtype' ? [value] : []))];
  const device = keywords.get('device') ?? positional.find((node) => !isType(node) && node.kind() !== 'true' && node.kind() !== 'false');
  const [kept] = type;
  if (type.length > 1 || (kept !== undefined && !isType(kept)) || positional.length > 2) return null;
  const end = { start: endOf(method.receiver), end: endOf(call), onHost: kept === undefined ? '' : `.to(${kept.text()})` };
  if (device === undefined) return method.method === 'cuda' && kept === undefined ? { device: "'cuda'", edits: [{ ...end, onDevice: `.to(${deviceMark})` }] } : null;
  const isDevice = /(?:^|[._])(?:device|dev|cuda|gpu)\w*$/i.test(device.text()) || /^['"]cuda/.test(device.text()) || !['unknown', 'cpu'].includes(deviceKind(program, { module, node: device }));
  if (!isDevice || deviceKind(program, { module, node: device }) === 'cpu') return null;
  return { device: device.text(), edits: [{ ...end, onDevice: `.to(${deviceMark}${kept === undefined ? '' : `, ${kept.text()}`})` }] };
}

/** Edits for the `device=` of a call; null where it is not behind another argument. */
export function deviceGiven(call: SgNode): TwoTexts[] | null {
  const given = parts(call.field('arguments') ?? call);
  const place = given.findIndex((node) => node.kind() === 'keyword_argument' && node.field('name')?.text() === 'device');
  const [keyword, before] = [given[place], given[place - 1]];
  const value = keyword?.field('value') ?? null;
  if (keyword === undefined || before === undefined || value === null || same(keyword, before)) return null;
  return [{ start: endOf(before), end: startOf(value), onHost: '', onDevice: `, device=` }, { start: startOf(value), end: endOf(value), onHost: '', onDevice: deviceMark }];
}
