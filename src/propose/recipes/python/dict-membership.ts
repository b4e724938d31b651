import type { SgNode } from '@ast-grep/napi';
import { methodCall, nameCall } from '../../python/function.js';
import { membershipTests, setTest } from '../../python/membership.js';
import { endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

export const dictMembership: PythonRecipe = {
  family: 'python',
  name: 'dict-membership',
  languages: ['python'],
  category: 'quadratic',
  title: 'Look a key up in the dict instead of in a list or view of its keys (`k in list(d)`, `k in d.keys()`)',
  evidence: { findings: hostWork, text: 'Time in searching a list of keys, or in `dict.keys`.' },
  condition: 'At run time the object is exactly a dict, and for a list of keys the value one that can be hashed; else the old search. A view of the keys hashes the value as the dict does.',
  risk: 'An unhashable object whose `__eq__` equals a str or int is no longer found.',
  expected: 'From n to 1 a test of a list; half of a test of `d.keys()`.',
  references: ['https://docs.python.org/3/library/stdtypes.html#mapping-types-dict'],
  apply(fn) {
    if (!fn.areBuiltin('type', 'dict', 'list')) return [];
    return fn.owned('comparison_operator').length === 0
      ? []
      : membershipTests(fn).flatMap((test) => {
          const viewed = viewedDict(test.container);
          const dict = viewed ?? listedDict(test.container);
          const fast = dict === null ? null : viewed === null ? setTest(fn, test, dict) : `${test.value.text()} ${test.operator} ${dict}`;
          if (dict === null || fast === null || isGuarded(test.node)) return [];
          return [{ title: `look up in \`${dict}\` itself`, line: lineOf(test.node), edits: [{ start: startOf(test.node), end: endOf(test.node), text: `(${fast} if type(${dict}) is dict else ${test.node.text()})` }] }];
        });
  },
};

/** The `d` of `d.keys()`. */
function viewedDict(node: SgNode): string | null {
  const keys = methodCall(node);
  return keys?.method === 'keys' && keys.args.length === 0 && keys.receiver.kind() === 'identifier' ? keys.receiver.text() : null;
}

/** The `d` of `list(d)` or `list(d.keys())`. */
function listedDict(node: SgNode): string | null {
  const call = nameCall(node);
  const only = call?.args[0];
  if (call?.name !== 'list' || only === undefined || call.args.length !== 1) return null;
  return only.kind() === 'identifier' ? only.text() : viewedDict(only);
}

/** The old search in the conditional that this recipe has written. */
function isGuarded(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'conditional_expression' && (parent.namedChildren()[1]?.text().startsWith('type(') ?? false);
}

