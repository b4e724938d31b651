import type { SgNode } from '@ast-grep/napi';
import { all } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import type { Owner } from './attribute-changes.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { isWrittenFirst } from './written-first.js';

const writers = /(?:^|\.)(?:save|save_file|savez|savez_compressed|savetxt|dump|to_csv|to_json|to_parquet|to_pickle|to_feather|write_text|write_bytes|tofile|imsave|imwrite|rename|unlink|urlretrieve)$|^(?:os|shutil)\.(?:copy\w*|move|replace|remove)$/;
const openers = /(?:^|\.)(?:open|File|ZipFile|memmap|TarFile)$/;
/** `"w"`, `"r+b"`: how a file is opened to be written to. */
const writing = /^['"](?=[rwaxbt+]*[wax+])[rwaxbt+]{1,3}['"]$/;

/** Whether a call opens a file to write to it, or writes, moves or removes one. */
export function isWriter(call: SgNode): boolean {
  const name = call.field('function')?.text() ?? '';
  const { positional, keywords } = callArguments(call);
  return writers.test(name) || (openers.test(name) && [...positional, ...keywords.values()].some((one) => writing.test(one.text())));
}

/** The first place in the files around that may write to the file which a class reads, while an object of the class lives: the same path by its text, by the name of an attribute, or as the class is given it. */
export function writtenAt(program: TorchProgram, owning: Owner, path: SgNode): Located | null {
  const { module, owner } = owning;
  const made = program.callersOf({ module, node: owner }).flatMap((call) => { const { positional, keywords } = callArguments(call.node); return [...positional, ...keywords.values()].flatMap((one) => namesIn(call.module, one)); });
  const names = new Set([...namesIn(module, path), ...made]);
  for (const of of program.modules) {
    const node = all(of.root, 'call').find((call) => {
      if (!isWriter(call)) return false;
      const { positional, keywords } = callArguments(call);
      const receiver = methodOf(call)?.receiver;
      const isOfPath = [...positional, ...keywords.values(), ...(receiver === undefined ? [] : [receiver])].some((one) => namesIn(of, one).some((name) => names.has(name)));
      return isOfPath && !isWrittenFirst(program, owning, { module: of, node: call });
    });
    if (node !== undefined) return { module: of, node };
  }
  return null;
}

/** What a path may be known by: its text, texts in it, and the last part of its names: `path` of `args.path`. */
function namesIn(module: PyModule, node: SgNode): string[] {
  const inner = [node, ...all(node, 'string', 'identifier', 'attribute')].filter((one) => module.pathOf(one) === null && (one.parent()?.kind() !== 'attribute' || one.kind() === 'attribute'));
  return inner.flatMap((one) => (one.kind() === 'string' ? [one.text().slice(1, -1)] : ['identifier', 'attribute'].includes(String(one.kind())) ? [one.text().split('.').at(-1) ?? ''] : [one.text()])).filter((name) => name !== 'self' && name !== '' && !/^[rwaxbt+]{1,3}$|^utf-?8$/i.test(name));
}
