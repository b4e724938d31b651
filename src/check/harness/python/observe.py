# Writes values as JSON (the Node of src/core/check/cases/observation.ts), with nothing that the target could have replaced.
from harness.native import fields_of, is_native, mro_of, native_state
from harness.originals import Enum, MappingProxy, Match, Pattern, attribute, code_types, deque, digest, item_views, key_views, language_types, modules, plain_types, quoted, substitute, typed_array, types, value_views

MOST_DEPTH = 100
# Of one snapshot. What is beyond is digested, and must then be exactly the same.
MOST_NODES = 100_000
MOST_ITEMS = 100_000

# By identity: a class of the target may borrow a name.
builtin_types = {deque, typed_array, *language_types}


class Lazy:
    """What an iterator gave, or a coroutine, under the name of its type: a list in its place is another."""

    def __init__(self, name, items):
        self.name = name
        self.items = items


class Observer:
    """The objects of one case, numbered as they are met, and snapshots of them."""

    def __init__(self, root):
        self.root = root
        self.ids = {}
        self.kept = []

    def snapshot(self, values):
        """A snapshot of several values: objects that they share are told."""
        self.seen = set()
        self.nodes = 0
        return "[" + ",".join([self.node(value, 0) for value in values]) + "]"

    def node(self, value, depth):
        self.nodes += 1
        if value is None:
            return "null"
        if value is True:
            return "true"
        if value is False:
            return "false"
        kind = type(value)
        if kind is str:
            return quoted(value)
        if kind is int:
            return '{"t":"int","v":"%s"}' % whole(value)
        if kind is float:
            return '{"t":"float","v":"%s"}' % float.__repr__(value)
        if kind is bytes:
            return '{"t":"bytes","v":"%s"}' % value.hex()
        if kind is tuple:
            return '{"t":"tuple","l":[%s]}' % self.parts(value, depth)
        if kind is frozenset:
            return '{"t":"frozenset","u":[%s]}' % self.parts(value, depth)
        if kind in plain_types:
            return '{"t":%s,"v":%s}' % (quoted(kind.__name__), quoted(self.cleaned(repr(value))))
        if isinstance(value, code_types):
            # What a function encloses, or is bound to, is not looked into.
            unseen = ',"o":true' if isinstance(value, (types.FunctionType, types.MethodType)) else ""
            return '{"t":%s,"v":%s%s}' % (quoted(kind.__name__), quoted(str(getattr(value, "__qualname__", getattr(value, "__name__", "")))), unseen)
        return self.object(value, kind, depth)

    def object(self, value, kind, depth):
        key = id(value)
        number = self.ids.get(key)
        if number is None:
            number = self.ids[key] = len(self.ids) + 1
            # An object that is gone would leave its id to another.
            self.kept.append(value)
        if key in self.seen:
            return '{"r":%d}' % number
        self.seen.add(key)
        head = '{"t":%s,"i":%d' % (quoted(type_name(kind)), number)
        if depth > MOST_DEPTH:
            return head + ',"v":"(too deep)"}'
        if isinstance(value, Lazy):
            return '{"t":%s,"i":%d,"l":[%s]}' % (quoted(value.name), number, self.parts(value.items, depth))
        for base, form in ((list, "l"), (tuple, "l"), (deque, "l"), (set, "u"), (frozenset, "u")):
            if isinstance(value, base):
                return '%s,"%s":[%s]%s}' % (head, form, self.parts(base.__iter__(value), depth), self.attributes(value, kind, depth, base))
        if isinstance(value, dict):
            return '%s,"e":[%s]%s}' % (head, self.pairs(dict.items(value), depth), self.attributes(value, kind, depth, dict))
        if isinstance(value, (*key_views, *item_views)):
            return '%s,"e":[%s]}' % (head, self.pairs([(item, None) for item in value] if isinstance(value, key_views) else value, depth))
        if isinstance(value, value_views):
            return '%s,"l":[%s]}' % (head, self.parts(value, depth))
        if isinstance(value, MappingProxy):
            return '%s,"e":[%s]}' % (head, self.pairs(MappingProxy.items(value), depth))
        if isinstance(value, Match):
            return '%s,"e":[%s]}' % (head, self.pairs([(name, getattr(value, name)) for name in ("re", "string", "pos", "endpos", "regs", "lastindex")], depth))
        if isinstance(value, Pattern):
            # Its repr is cut.
            return '%s,"l":[%s]}' % (head, self.parts([value.pattern, value.flags], depth))
        if isinstance(value, bytearray):
            return '%s,"v":"%s"%s}' % (head, bytes(value).hex(), self.attributes(value, kind, depth))
        if isinstance(value, memoryview):
            return '%s,"v":"%s"}' % (head, bytes(value).hex())
        if isinstance(value, typed_array):
            return '%s,"x":"%s"%s}' % (head, " ".join([str(item) for item in value]), self.attributes(value, kind, depth))
        if isinstance(value, Enum):
            return '%s,"v":%s}' % (head, quoted(str(attribute(value, "_name_"))))
        if isinstance(value, BaseException):
            return '%s,"v":%s}' % (head, quoted(self.cleaned(text_of(value))))
        # Before the numbers of the language: some of its numbers are also those.
        of_numpy = self.numpy(value, kind, head, depth)
        if of_numpy is not None:
            return of_numpy
        for base in (int, float, str, bytes):
            if isinstance(value, base):
                return '%s,"v":%s%s}' % (head, quoted(base.__repr__(value)), self.attributes(value, kind, depth))
        of_torch = self.torch(value, head)
        return self.instance(value, kind, head, depth) if of_torch is None else of_torch

    def parts(self, items, depth):
        """Parts joined; those beyond the budget as one digest."""
        return self.joined([], items, lambda item: self.node(item, depth + 1), '{"t":"digest","v":"%d more: %s"}')

    def pairs(self, items, depth):
        return self.joined([], items, lambda item: "[%s,%s]" % (self.node(item[0], depth + 1), self.node(item[1], depth + 1)), '["",{"t":"digest","v":"%d more: %s"}]')

    def joined(self, texts, items, write, beyond):
        rest, left = "", 0
        for item in items:
            if self.nodes > MOST_NODES:
                rest, left = digest(rest + write(item)), left + 1
            else:
                texts.append(write(item))
        if left > 0:
            texts.append(beyond % (left, rest))
        return ",".join(texts)

    def attributes(self, value, kind, depth, base=None):
        """Of an object that has parts as well. `base`: the container whose parts were written; what classes of native code add to it is then written too."""
        fields = [] if kind in builtin_types else fields_of(value, kind)
        if base is deque and deque.maxlen.__get__(value) is not None:
            fields.append(("maxlen", deque.maxlen.__get__(value)))
        elif base is not None and any([is_native(one) for one in mro_of(kind) if one is not base]):
            state = native_state(value, kind)
            fields.append(("(state)", None if state is None else state[:2]))
        return "" if not fields else ',"p":[%s]' % ",".join(["[%s,%s]" % (quoted(name), self.node(field, depth + 1)) for name, field in fields])

    def instance(self, value, kind, head, depth):
        """By its fields; where a class of it is of native code, also by what pickle would store."""
        written = '%s,"e":[%s]' % (head, self.pairs(fields_of(value, kind), depth))
        if not any([is_native(base) for base in mro_of(kind)]):
            return written + "}"
        state = native_state(value, kind)
        return written + (',"o":true}' if state is None else ',"l":[%s]}' % self.parts(state, depth))

    def numpy(self, value, kind, head, depth):
        np = modules.get("numpy")
        if np is None:
            return None
        try:
            if isinstance(value, np.ndarray):
                about = "%s %s" % (value.dtype.str, "x".join([str(length) for length in value.shape]))
                flat = value.ravel()
                if flat.dtype.kind not in "biufc" or flat.size > MOST_ITEMS:
                    return '%s,"v":"%s %s"%s}' % (head, about, digest(self.cleaned(repr(flat.tolist()))), self.attributes(value, kind, depth))
                return '%s,"v":"%s","x":"%s"%s}' % (head, about, " ".join([repr(item) for item in flat.tolist()]), self.attributes(value, kind, depth))
            if isinstance(value, np.generic):
                return '{"t":"numpy.%s","v":%s}' % (value.dtype.name, quoted(repr(value.item())))
        except Exception:
            return None
        return None

    def torch(self, value, head):
        torch = modules.get("torch")
        if torch is None:
            return None
        try:
            if isinstance(value, torch.Tensor):
                flat = value.detach().cpu().reshape(-1)
                about = "%s %s %s%s" % (value.dtype, "x".join([str(length) for length in value.shape]), value.device.type, " grad" if value.requires_grad else "")
                items = " ".join([repr(item) for item in flat.tolist()])
                if flat.numel() > MOST_ITEMS:
                    return '%s,"v":"%s %s"}' % (head, about, digest(items))
                return '%s,"v":"%s","x":"%s"}' % (head, about, items)
        except Exception:
            return None
        return None

    def cleaned(self, text):
        return substitute("0x", text.replace(self.root, "."))


def type_name(kind):
    """Of what the language brings as it is called there; else told from those, with its module."""
    return kind.__name__ if kind in builtin_types else "class %s.%s" % (getattr(kind, "__module__", "?"), getattr(kind, "__qualname__", "?"))


def whole(value):
    # Python refuses decimals of more than 4300 digits.
    return int.__repr__(value) if value.bit_length() < 10_000 else hex(value)


def text_of(error):
    try:
        return str(error)
    except Exception:
        return "(no message)"
