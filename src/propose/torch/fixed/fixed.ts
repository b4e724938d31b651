import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, operatorOf, parts, same, startOf, within } from '../../source/tree.js';
import { callArguments, methodOf } from '../call.js';
import { changedInPlace } from '../item-paths.js';
import type { PyModule } from '../module.js';
import type { Located, TorchProgram } from '../program.js';
import { constantOfModule } from './module-constants.js';
import { deviceGiven, movedBy } from './moves.js';
import { isPureBuiltin, isPureFunction, isPureMethod, makesTensor } from './pure-calls.js';
import { givesTensor, isPureDefinition } from './pure-definitions.js';
import { assignmentBehind, comprehensionOf, isOfComprehension } from './reaching.js';
import type { TwoTexts } from './two-texts.js';

/** What an expression is made of, where it is made of nothing that differs from call to call but the device. */
export interface Fixed {
  /** Python that makes it on the host; local names are replaced by their values. */
  onHost: string;
  /** The same on a device, which is `deviceMark` in it. */
  onDevice: string;
  /** `self.x` that it reads. */
  attributes: Set<string>;
  /** Arguments of the function that are numbers, and that it reads. */
  numbers: Set<string>;
  /** The text of the devices that it is made on or moved to. */
  devices: Set<string>;
  /** Assignments of local names that it is made of. */
  through: SgNode[];
  isTensor: boolean;
  /** Whether its numbers may have a fraction, which a model that is cast would change. */
  floats: boolean;
}

/** What else counts as fixed: names and attributes that do not change in a loop, files that it does not write. */
export interface Allowed {
  isSteady: (node: SgNode) => boolean;
  readsFiles: boolean;
}

interface Look extends Located {
  /** The whole expression: names of comprehensions around it have another value each time. */
  whole: SgNode;
  program: TorchProgram;
  scope: SgNode;
  fixed: Fixed;
  depth: number;
  allowed?: Allowed | undefined;
}

const literals = new Set(['integer', 'float', 'true', 'false', 'none', 'ellipsis']);
const made = new Set(['parenthesized_expression', 'list', 'tuple', 'set', 'dictionary', 'pair', 'expression_list', 'unary_operator', 'comparison_operator', 'boolean_operator', 'not_operator', 'conditional_expression', 'slice', 'subscript', 'list_splat', 'if_clause', 'list_comprehension', 'generator_expression', 'dictionary_comprehension', 'set_comprehension']);
const deepest = 12;

/** What is fixed in an expression of a function; null where anything of it may differ from call to call. */
export function fixedIn(program: TorchProgram, { module, node }: Located, allowed?: Allowed): Fixed | null {
  const fixed: Fixed = { onHost: '', onDevice: '', attributes: new Set(), numbers: new Set(), devices: new Set(), through: [], isTensor: false, floats: false };
  const edits = look({ program, module, node, whole: node, scope: module.scopeOf(node), fixed, depth: 0, allowed }, node);
  return edits === null ? null : { ...fixed, onHost: textOf(module, node, edits, 'onHost'), onDevice: textOf(module, node, edits, 'onDevice') };
}

function look(at: Look, node: SgNode): TwoTexts[] | null {
  if (at.depth > deepest) return null;
  const kind = String(node.kind());
  if (literals.has(kind) || (kind === 'string' && all(node, 'interpolation').length === 0)) return [];
  if (kind === 'binary_operator') return operatorOf(node) === '@' ? null : each(at, parts(node));
  if (kind === 'for_in_clause') return each(at, parts(node).filter((part) => !same(part, node.field('left'))));
  if (made.has(kind)) return each(at, parts(node));
  if (kind === 'identifier') return ofName(at, node);
  if (kind === 'attribute') return ofAttribute(at, node);
  return kind === 'call' ? ofCall(at, node) : null;
}

function each(at: Look, nodes: readonly SgNode[]): TwoTexts[] | null {
  const found = nodes.map((node) => look({ ...at, depth: at.depth + 1 }, node));
  return found.includes(null) ? null : found.flatMap((edits) => edits ?? []);
}

function ofAttribute(at: Look, node: SgNode): TwoTexts[] | null {
  const path = at.module.pathOf(node);
  if (path !== null) return /^(?:torch|math|numpy)\./.test(path) || constantOfModule(at.program, at, node) !== null ? [] : null;
  const object = node.field('object');
  if (at.allowed !== undefined && /^[\w.]+$/.test(node.text())) return at.allowed.isSteady(node) ? [] : null;
  if (object?.text() === 'self') {
    at.fixed.attributes.add(node.text());
    const isTensor = isTensorAttribute(at, node);
    at.fixed.isTensor ||= isTensor;
    at.fixed.floats ||= isTensor;
    return [];
  }
  return object !== null && ['T', 'mT', 'shape', 'real', 'imag'].includes(node.field('attribute')?.text() ?? '') ? look({ ...at, depth: at.depth + 1 }, object) : null;
}

/** Whether `self.x` is given a tensor that PyTorch makes. */
function isTensorAttribute({ module }: Look, attribute: SgNode): boolean {
  const owner = ancestorWhere(attribute, (up) => up.kind() === 'class_definition');
  const values = owner === null ? [] : all(owner, 'assignment').filter((one) => one.field('left')?.text() === attribute.text()).flatMap((one) => one.field('right') ?? []);
  return values.length > 0 && values.every((value) => [value, ...all(value, 'call')].some((call) => call.kind() === 'call' && makesTensor(module.pathOf(call.field('function')) ?? '')));
}

function ofName(at: Look, id: SgNode): TwoTexts[] | null {
  const { module, scope, fixed } = at;
  const name = id.text();
  const comprehension = comprehensionOf(id, name);
  if (comprehension !== null) return within(comprehension, at.whole) ? [] : null;
  if (at.allowed?.isSteady(id) === true) return [];
  const isLocal = !same(scope, module.root) && module.uses(scope, name).some(({ node, role }) => (role === 'declare' || role === 'write') && !isOfComprehension(node, name));
  if (!isLocal) {
    const constant = constantOfModule(at.program, at, id);
    if (constant === null) return null;
    const value = constant.module === module ? fixedIn(at.program, constant) : null;
    fixed.isTensor ||= value?.isTensor === true;
    fixed.floats ||= value?.floats === true;
    return [];
  }
  if (isNumberArgument(scope, id)) {
    fixed.numbers.add(name);
    return module.uses(scope, name).some(({ role }) => role === 'write') ? null : [];
  }
  const assignment = assignmentBehind(module, id);
  const value = assignment?.field('right') ?? null;
  if (assignment === null || value === null || changedInPlace(scope, new Set([name]), endOf(assignment)) !== null) return null;
  const edits = look({ ...at, whole: value, depth: at.depth + 1 }, value);
  if (edits === null) return null;
  if (!fixed.through.some((one) => same(one, assignment))) fixed.through.push(assignment);
  // An argument of its own needs no parentheses.
  const isApart = ['argument_list', 'list', 'parenthesized_expression'].includes(String(id.parent()?.kind()));
  const whole = (mode: 'onHost' | 'onDevice'): string => (!isApart && ['binary_operator', 'unary_operator', 'conditional_expression', 'comparison_operator', 'boolean_operator', 'not_operator', 'expression_list'].includes(String(value.kind())) ? `(${textOf(module, value, edits, mode)})` : textOf(module, value, edits, mode));
  return [{ start: startOf(id), end: endOf(id), onHost: whole('onHost'), onDevice: whole('onDevice') }];
}

/** `dim: int`, `base=10000`. */
function isNumberArgument(scope: SgNode, id: SgNode): boolean {
  return parts(scope.field('parameters') ?? scope).some((parameter) => {
    if ((parameter.field('name') ?? parameter.namedChildren()[0])?.text() !== id.text()) return false;
    const isNumber = /^(?:int|float|bool)$/.test(parameter.field('type')?.text() ?? '') || ['integer', 'float'].includes(String(parameter.field('value')?.kind()));
    return parameter.kind() !== 'identifier' && isNumber;
  });
}

function ofCall(at: Look, call: SgNode): TwoTexts[] | null {
  const { module, program, fixed } = at;
  const { positional, keywords, hasSplat } = callArguments(call);
  if (hasSplat || ['requires_grad', 'out', 'generator', 'pin_memory', 'names'].some((name) => keywords.has(name))) return null;
  const path = module.pathOf(call.field('function'));
  const method = path === null ? methodOf(call) : null;
  const move = method === null ? null : movedBy(program, { module, node: call });
  if (method !== null && move !== null) {
    const inner = look({ ...at, depth: at.depth + 1 }, method.receiver);
    fixed.devices.add(move.device);
    return inner === null ? null : [...inner, ...move.edits];
  }
  if (method !== null) {
    if (!isPureMethod(method.method)) return null;
    return each(at, [method.receiver, ...positional, ...keywords.values()]);
  }
  const given = keywords.get('device');
  const device = given === undefined ? [] : deviceGiven(call);
  const rest = [...positional, ...[...keywords].flatMap(([name, value]) => (name === 'device' ? [] : [value]))];
  const name = call.field('function')?.text() ?? '';
  const isPure = path !== null ? isPureFunction(path) || (at.allowed?.readsFiles === true && /^(?:numpy|torch)\.load$/.test(path)) || isPureDefinition(program, { module, node: call }) : (isPureBuiltin(name) && module.definition(name) === null) || isPureDefinition(program, { module, node: call });
  const inner = isPure && device !== null ? each(at, rest) : null;
  if (inner === null || device === null) return null;
  if (given !== undefined) fixed.devices.add(given.text());
  const isMaker = path === null ? !isPureBuiltin(name) : makesTensor(path) || !isPureFunction(path);
  if (isMaker && (path === null || !makesTensor(path) ? givesTensor(program, { module, node: call }) : true)) {
    fixed.isTensor = true;
    fixed.floats ||= !/^torch\.(?:long|bool|u?int\d*|short)$/.test(keywords.get('dtype')?.text() ?? '');
  }
  return [...inner, ...device];
}

function textOf(module: PyModule, node: SgNode, edits: readonly TwoTexts[], mode: 'onHost' | 'onDevice'): string {
  let text = '';
  let from = startOf(node);
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += module.source.slice(from, edit.start) + edit[mode];
    from = edit.end;
  }
  return text + module.source.slice(from, endOf(node));
}
