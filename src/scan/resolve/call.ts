import { posix } from 'node:path';
import { fullName, isCallable, type Outline, type SourceCall, type SourceSymbol } from '../outline/outline.js';
import type { SourceTree } from '../source-tree.js';
import { definedIn, exportedFrom, isTopLevel, type Located } from './definitions.js';
import { goFiles, isOutside, moduleFiles } from './modules.js';

/**
 * What a call means. `exact`: by scopes and imports, it is these. `outside`: it surely is no definition of the repository.
 * `name only`: it may be any that has the name.
 */
export type Meaning = { kind: 'exact'; targets: readonly Located[] } | { kind: 'outside' } | { kind: 'name only' };

const nameOnly: Meaning = { kind: 'name only' };
const outside: Meaning = { kind: 'outside' };
const exact = (targets: readonly Located[]): Meaning => (targets.length === 0 ? nameOnly : { kind: 'exact', targets });

export function meaningOf(tree: SourceTree, file: string, outline: Outline, call: SourceCall): Meaning {
  // Patterns of text know neither scopes nor what an import brings.
  if (outline.by === 'text') return textMeaning(tree, file, outline, call);
  return call.receiver === null ? bareCall(tree, file, outline, call, call.name) : receiverCall(tree, file, outline, call, call.receiver);
}

function textMeaning(tree: SourceTree, file: string, { symbols }: Outline, { name, receiver }: SourceCall): Meaning {
  return receiver === null ? exact(definedIn(tree, file, (symbol) => symbol.name === name && isTopLevel(symbols, symbol))) : nameOnly;
}

/** The functions around a call, innermost first. */
function enclosing({ symbols }: Outline, { caller, start }: SourceCall): SourceSymbol[] {
  return caller === -1 ? [] : symbols.slice(0, caller + 1).filter((symbol) => isCallable(symbol) && symbol.end > start).toReversed();
}

function bareCall(tree: SourceTree, file: string, outline: Outline, call: SourceCall, name: string): Meaning {
  const { language, symbols, imports } = outline;
  for (const fn of enclosing(outline, call)) {
    const inner = definedIn(tree, file, (symbol) => symbol.name === name && symbol.isLocal && symbol.container === fullName(fn));
    if (inner.length > 0) return exact(inner);
    if (fn.parameters.includes(name)) return nameOnly;
    // In C++ a method's name is seen by the others of its class.
    if (language === 'c++' && fn.container !== null) {
      const member = definedIn(tree, file, (symbol) => symbol.name === name && symbol.container === fn.container);
      if (member.length > 0) return exact(member);
    }
  }
  const own = definedIn(tree, file, (symbol) => symbol.name === name && isTopLevel(symbols, symbol));
  if (own.length > 0) return exact(own);
  for (const { module, names } of imports) {
    const brought = names.find(({ as }) => as === name);
    if (brought === undefined) continue;
    const place = { from: file, module, language };
    if (isOutside(tree, place)) return outside;
    return exact(moduleFiles(tree, place).flatMap((target) => exportedFrom(tree, target, brought.name === '*' ? 'default' : brought.name)));
  }
  return sharedScope(tree, file, outline, name);
}

/** Names that nobody imports one by one: of the same package, of included headers, of `from x import *`. */
function sharedScope(tree: SourceTree, file: string, { language, imports }: Outline, name: string): Meaning {
  if (language === 'go') {
    const found = goFiles(tree, posix.dirname(file)).flatMap((one) => definedIn(tree, one, (symbol) => symbol.name === name && symbol.container === null));
    if (found.length > 0) return exact(found);
  }
  let unknown = false;
  for (const { module, names } of imports) {
    if (!names.some(({ as }) => as === '*')) continue;
    const targets = moduleFiles(tree, { from: file, module, language });
    const found = targets.flatMap((target) => (language === 'c++' ? inHeader(tree, target, name) : exportedFrom(tree, target, name)));
    if (found.length > 0) return exact(found);
    unknown ||= targets.length === 0;
  }
  // What is not declared here is built in; scripts of one page and code behind macros share names without saying so.
  const isClosed = language === 'python' || language === 'go' || (imports.length > 0 && (language === 'javascript' || language === 'typescript'));
  return isClosed && !unknown ? outside : nameOnly;
}

/** Defined in a header, or in the source file of its name. */
function inHeader(tree: SourceTree, header: string, name: string): Located[] {
  const stem = header.replace(/\.\w+$/, '');
  const files = [header, ...['cc', 'cpp', 'cxx', 'c', 'cu'].map((ending) => `${stem}.${ending}`)];
  return files.flatMap((file) => definedIn(tree, file, (symbol) => symbol.name === name && symbol.kind !== 'method'));
}

const selfNames = new Set(['self', 'cls', 'this', 'Self', '*this']);

function receiverCall(tree: SourceTree, file: string, outline: Outline, call: SourceCall, receiver: string): Meaning {
  const { language, imports } = outline;
  const [around] = enclosing(outline, call);
  const isSelf = selfNames.has(receiver) || (language === 'go' && around?.kind === 'method' && around.parameters[0] === receiver);
  if (isSelf) {
    const method = ownMethod(tree, file, outline, call);
    // `self::f()` in Rust is a path.
    if (method.kind === 'exact' || language !== 'rust') return method;
  }
  const path = receiver.replaceAll('::', '.');
  if (!/^[\w$.]+$/.test(path)) return nameOnly;
  const [first = ''] = path.split('.');
  if (enclosing(outline, call).some(({ parameters }) => parameters.includes(first))) return nameOnly;
  if (language === 'rust' && /^(?:crate|self|super)(?:\.|$)/.test(path)) return throughPath(tree, moduleFiles(tree, { from: file, module: receiver, language }), path, call.name);
  const brought = imports.flatMap(({ module, names }) => names.filter(({ as }) => as === path || path.startsWith(`${as}.`)).map((name) => ({ module, ...name })));
  for (const { module, name, as } of brought) {
    const place = { from: file, module, language };
    const rest = path.slice(as.length + 1);
    const joined = language === 'rust' ? `${module}::${name}` : module.endsWith('.') ? `${module}${name}` : `${module}.${name}`;
    const inner = name === '*' || language === 'javascript' || language === 'typescript' ? [] : moduleFiles(tree, { ...place, module: joined });
    const targets = name === '*' || inner.length > 0 ? [...inner, ...(name === '*' ? moduleFiles(tree, place) : [])] : [];
    const found = targets.flatMap((target) => (rest === '' ? exportedFrom(tree, target, call.name) : methodsOf(tree, target, rest, call.name)));
    if (found.length > 0) return exact(found);
    if (name !== '*') {
      // The name is a class, or an object, of a file of ours.
      const owners = moduleFiles(tree, place).flatMap((target) => exportedFrom(tree, target, name));
      const methods = owners.flatMap((owner) => methodsOf(tree, owner.file, fullName(owner.symbol), call.name));
      if (methods.length > 0) return exact(methods);
    }
    if (isOutside(tree, place) && inner.length === 0) return outside;
  }
  const own = methodsOf(tree, file, path, call.name);
  if (own.length > 0) return exact(own);
  return language === 'c++' && first === 'std' ? outside : nameOnly;
}

/** Methods of a type, or functions of a namespace, in one file. */
function methodsOf(tree: SourceTree, file: string, container: string, name: string): Located[] {
  return definedIn(tree, file, (symbol) => symbol.name === name && (symbol.container === container || symbol.container?.endsWith(`.${container}`) === true));
}

/** A path whose end may be a type in the file that the rest of it means. */
function throughPath(tree: SourceTree, targets: readonly string[], path: string, name: string): Meaning {
  const last = path.split('.').at(-1) ?? '';
  return exact(targets.flatMap((target) => [...exportedFrom(tree, target, name), ...methodsOf(tree, target, last, name)]));
}

/** A method of the type that the call stands in: in its file, in Go in its package. What a base class has is known by name only. */
function ownMethod(tree: SourceTree, file: string, outline: Outline, call: SourceCall): Meaning {
  const container = enclosing(outline, call).find(({ kind, container: owner }) => kind === 'method' && owner !== null)?.container;
  if (container === undefined || container === null) return nameOnly;
  const files = outline.language === 'go' ? goFiles(tree, posix.dirname(file)) : [file];
  return exact(files.flatMap((one) => definedIn(tree, one, (symbol) => symbol.name === call.name && symbol.container === container)));
}
