import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { whys } from '../whys.js';

const broad = /^(?:Exception|BaseException|(?:builtins\.)(?:Base)?Exception)$/;

/** `except:` and `except Exception:` that do not raise again, and `suppress(Exception)`. */
export function pythonCatches(root: SgNode): Found[] {
  const clauses = all(root, 'except_clause').filter((clause) => {
    const body = parts(clause).find((part) => part.kind() === 'block');
    const [caught] = parts(clause).filter((part) => part.kind() !== 'block');
    if (body === undefined || all(body, 'raise_statement').length > 0) return false;
    const type = caught?.kind() === 'as_pattern' ? parts(caught)[0] : caught;
    return type === undefined || [type, ...(type.kind() === 'tuple' ? parts(type) : [])].some((node) => broad.test(node.text()));
  });
  const suppressed = all(root, 'call').filter((call) => /(?:^|\.)suppress$/.test(call.field('function')?.text() ?? '') && all(call, 'identifier').some((id) => broad.test(id.text())));
  return [...clauses, ...suppressed].map((node) => ({ code: 'broad-catch', key: 'except', lines: [lineOf(node)], why: whys['broad-catch'] }));
}
