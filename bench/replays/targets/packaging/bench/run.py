"""Parses requirements, normalises names, sorts and filters versions."""
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

LINES = [
    'requests[security,socks]>=2.8.1,==2.8.*; python_version < "2.7"',
    "Flask_SQLAlchemy~=3.0",
    'numpy>=1.20,!=1.21.0; sys_platform == "linux"',
    "name @ https://example.org/x.zip",
    "zope.interface",
]
names = 0
for turn in range(300):
    for line in LINES:
        requirement = Requirement(line)
        names += len(canonicalize_name(requirement.name)) + len(list(requirement.specifier))
versions = [Version(f"{a}.{b}.{c}{end}") for a in range(5) for b in range(6) for c in range(6) for end in ("", "rc1", ".post2")]
ordered = sorted(versions)
kept = list(SpecifierSet(">=1.2,!=1.5.*,<3").filter(ordered))
print(names, len(kept), ordered[0], ordered[-1])
