# Calls a function of the target with the arguments of each case, and prints what can be seen of it.
from harness.observe import Lazy, Observer, text_of, type_name
from harness.originals import current_folder, digest, dirname, end_process, exists, import_module, join, module_from_spec, modules, parse, path, print_all, quoted, realpath, spec_from_file, types
from harness.values import refill, value_of

# An iterator is consumed to its end, or to here.
MOST_STEPS = 100_000


class Unusable(Exception):
    pass


def run(plan):
    """`plan`: see CasePlan in src/check/cases/plan.ts. The program runs at the root of the worktree, whatever that is called."""
    plan["root"] = current_folder()
    said = [0]

    def say(body):
        # Signed, so that nothing that the target prints passes for it.
        number = said[0]
        said[0] += 1
        print_all("\n@%d %s %s\n" % (number, digest("%s\n%d\n%s" % (plan["secret"], number, body)), body))

    try:
        cases(plan, say)
    except Unusable as error:
        say('{"k":"unusable","text":%s}' % quoted(str(error)))
    end_process(0)


def cases(plan, say):
    path[:0] = [plan["root"], dirname(join(plan["root"], plan["entry"]["path"]))]
    try:
        subject = Subject(plan)
    except BaseException as error:
        raise Unusable("cannot load %s: %s" % (plan["entry"]["path"], described(error, plan)))
    try:
        first, equal, other = [argument_lists(plan) for _ in range(3)]
    except BaseException as error:
        raise Unusable("the generator of arguments: %s" % described(error, plan))
    count = len(first)
    if count == 0 or len(equal) != count:
        raise Unusable("the generator of arguments gives %s" % ("no case" if count == 0 else "another number of cases when it is called again"))
    say('{"k":"ready","count":%d}' % count)
    for number in plan["order"]:
        if number >= count:
            continue
        try:
            receivers = [subject.receiver(plan["seed"], number) for _ in range(2)]
        except BaseException as error:
            raise Unusable("the factory: %s" % described(error, plan))
        say(one_case(plan, subject, number, first[number], equal[number], other[(number + 1) % count], receivers))
        # What was used is not held on to: a cache by id() is then caught on an address that is used again.
        first[number] = equal[number] = None
    say('{"k":"end"}')


def one_case(plan, subject, number, first, equal, other, receivers):
    """The calls of one case, as `callNames` in src/core/check/cases/compare-cases.ts lists them."""
    observer = Observer(plan["root"])
    given = observer.snapshot(first)
    calls = [observed_call(observer, subject, first, receivers[0]), observed_call(observer, subject, first, receivers[0])]
    for mine, others in zip(first, other):
        refill(mine, others)
    calls.append(observed_call(observer, subject, first, receivers[0]))
    calls.append(observed_call(observer, subject, equal, receivers[1]))
    return '{"k":"case","n":%d,"given":%s,"calls":[%s]}' % (number, given, ",".join(calls))


def observed_call(observer, subject, args, receiver):
    """Outcome and arguments in one snapshot, so that what they share is seen: the outcome, the receiver of a method, the arguments."""
    how = "returns"
    try:
        value = subject.call(receiver, args)
        kind = type(value)
        if isinstance(value, types.CoroutineType):
            # Takes a while to load, and few functions need it.
            value = Lazy("coroutine", [import_module("asyncio").run(value)])
        elif hasattr(kind, "__anext__") and hasattr(kind, "__aiter__"):
            value = import_module("asyncio").run(consumed_later(value, kind))
        elif hasattr(kind, "__next__") and hasattr(kind, "__iter__"):
            value = consumed(value, kind)
    except (RecursionError, MemoryError):
        return '{"how":"exhausted","all":[null]}'
    except BaseException as error:
        how, value = "throws", error
    return '{"how":"%s","all":%s}' % (how, observer.snapshot([value, *([receiver] if subject.is_method else []), *args]))


def consumed(iterator, kind):
    items = []
    for item in iterator:
        items.append(item)
        if len(items) >= MOST_STEPS:
            return Lazy("endless", items)
    return Lazy(type_name(kind), items)


async def consumed_later(iterator, kind):
    items = []
    async for item in iterator:
        items.append(item)
        if len(items) >= MOST_STEPS:
            return Lazy("endless", items)
    return Lazy(type_name(kind), items)


class Subject:
    """How the function under test is called. `Class.method` is a method of `Class()` unless it is static; a factory gives the object instead."""

    def __init__(self, plan):
        names = plan["entry"]["names"]
        self.last = names[-1]
        self.is_method = plan["factory"] is not None
        owner = module_of(plan, plan["entry"]["path"])
        if self.is_method:
            make = function_of(plan, plan["factory"])
            self.receiver = lambda seed, number: make(int(seed), number)
            return
        for name in names[:-1]:
            owner = getattr(owner, name)
        if isinstance(owner, type) and isinstance(owner.__dict__.get(self.last), types.FunctionType):
            self.is_method = True
            self.receiver = lambda seed, number: owner()
            return
        self.function = getattr(owner, self.last)
        if not callable(self.function):
            raise TypeError("%s is no function" % self.last)
        self.receiver = lambda seed, number: None

    def call(self, receiver, args):
        return getattr(receiver, self.last)(*args) if self.is_method else self.function(*args)


def function_of(plan, ref):
    value = module_of(plan, ref["path"])
    for name in ref["names"]:
        value = getattr(value, name)
    return value


def module_of(plan, file):
    """
    The module of a file: by its dotted name from the folder above its packages, so that what else imports it gets the same
    one; where there are no packages, by its path from the root; where that is no name, from the file alone.
    """
    full = join(plan["root"], file)
    parts = file[:-3].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    depth = len(parts) - 1
    while depth > 0 and exists(join(plan["root"], *parts[:depth], "__init__.py")):
        depth -= 1
    if 0 < depth < len(parts) - 1:
        path.insert(0, join(plan["root"], *parts[:depth]))
        parts = parts[depth:]
    name = ".".join(parts)
    if all([part.isidentifier() for part in parts]):
        module = import_module(name)
        if realpath(getattr(module, "__file__", None) or "") == realpath(full):
            return module
    spec = spec_from_file(name, full)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = module_from_spec(spec)
    modules[name] = module
    spec.loader.exec_module(module)
    return module


def argument_lists(plan):
    if plan["inputs"] is None:
        return [value_of({"l": values}) for values in plan["values"]]
    lists = function_of(plan, plan["inputs"])(int(plan["seed"]), plan["count"])
    if not isinstance(lists, (list, tuple)):
        raise TypeError("it must return a list with a list of arguments for each case")
    for index, args in enumerate(lists):
        if not isinstance(args, (list, tuple)):
            raise TypeError("it gave a case that is no list of arguments (the one at %d)" % index)
    return [list(args) for args in lists]


def described(error, plan):
    return "%s: %s" % (type(error).__name__, text_of(error).replace(plan["root"], "."))
