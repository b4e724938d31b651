# What the harness uses, taken before any code of the target runs: that code may replace all of it in its modules.
import array
import base64
import builtins
import collections
import datetime
import decimal
import enum
import fractions
import hashlib
import importlib
import importlib.util
import json
import os
import pathlib
import re
import sys
import types
import uuid
from json.encoder import encode_basestring_ascii as quoted

parse = json.loads
sha256 = hashlib.sha256
decode_base64 = base64.b64decode
write = os.write
current_folder = os.getcwd
end_process = os._exit
import_module = importlib.import_module
spec_from_file = importlib.util.spec_from_file_location
module_from_spec = importlib.util.module_from_spec
substitute = re.compile(r"\b0x[0-9a-fA-F]{6,}").sub
modules = sys.modules
path = sys.path
join, dirname, exists, realpath = os.path.join, os.path.dirname, os.path.exists, os.path.realpath
attribute = object.__getattribute__

# Types whose repr says all of them, each by itself: a class of the target may only borrow the name.
plain_types = {
    complex, range, slice, decimal.Decimal, fractions.Fraction, datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone,
    uuid.UUID, pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath, type(NotImplemented), type(...),
}
code_types = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type)
language_types = {kind for kind in vars(builtins).values() if isinstance(kind, type)} | {types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.MappingProxyType, re.Pattern, re.Match}
Pattern, Match, MappingProxy = re.Pattern, re.Match, types.MappingProxyType
dict_like = (dict, collections.OrderedDict)
key_views, value_views, item_views = [tuple([type(view(kind())) for kind in dict_like]) for view in (lambda of: of.keys(), lambda of: of.values(), lambda of: of.items())]
native_members = (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType, types.GetSetDescriptorType)
Slot = types.MemberDescriptorType
Enum = enum.Enum
deque = collections.deque
typed_array = array.array


def digest(text):
    return sha256(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text).hexdigest()


def print_all(text):
    left = text.encode("ascii")
    while left:
        try:
            left = left[write(1, left):]
        except BlockingIOError:
            pass
