# What objects hold that no container shows: fields, slots, and the state of native code.
from harness.originals import Slot, attribute, native_members

HEAP_TYPE = 1 << 9
# Bytes of an object without any content.
EMPTY = object.__basicsize__


def mro_of(kind):
    """Its classes but for `object`."""
    return [base for base in type.__dict__["__mro__"].__get__(kind) if base is not object]


def is_native(kind):
    """Whether a class is of native code and may hold what Python does not see: it is no class of Python, or has a method of native code of its own."""
    if type.__dict__["__basicsize__"].__get__(kind) <= EMPTY:
        return False
    if not type.__dict__["__flags__"].__get__(kind) & HEAP_TYPE:
        return True
    members = type.__dict__["__dict__"].__get__(kind)
    return any([isinstance(member, native_members) and member.__objclass__ is kind and name not in ("__dict__", "__weakref__") for name, member in members.items()])


def fields_of(value, kind):
    """Names and values of what it holds, of `__dict__` and slots."""
    found = []
    try:
        fields = attribute(value, "__dict__")
        if isinstance(fields, dict):
            found.extend([(str(name), field) for name, field in dict.items(fields)])
    except Exception:
        pass
    for base in mro_of(kind):
        # Members of native code may be offsets and addresses.
        if is_native(base):
            continue
        for name, member in type.__dict__["__dict__"].__get__(base).items():
            if isinstance(member, Slot):
                try:
                    found.append((name, member.__get__(value)))
                except Exception:
                    pass
    return found


def native_state(value, kind):
    """What pickle would store of it, without how it is made again; None where it cannot."""
    try:
        stored = kind.__reduce_ex__(value, 2)
    except Exception:
        return None
    return list(stored[1:]) if isinstance(stored, tuple) else [stored]
