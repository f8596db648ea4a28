"""Copies an archive without its lines that are not JSON, of which pinflow's dead letters tell.

    readable.py ARCHIVE DEAD_LETTERS COPY
"""

import json
import sys
from pathlib import Path

from archive import KINDS, NAME, objects


def not_json(dead_letters):
    """Topic, partition and position of every line that is not JSON."""
    with open(dead_letters, encoding="utf-8") as lines:
        letters = map(json.loads, lines)
        return {(x["topic"], x["partition"], x["position"]) for x in letters if x["reason"] == "not JSON"}


def copy(source, target, left_out):
    name = NAME.fullmatch(source.name)
    partition = name["topic"], int(name["partition"])
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(source, "rb") as lines, open(target, "wb") as kept:
        for position, line in enumerate(lines, int(name["offset"])):
            if (*partition, position) not in left_out:
                kept.write(line)


def main():
    archive, dead_letters, target = map(Path, sys.argv[1:])
    left_out = not_json(dead_letters)
    for kind in KINDS:
        for path in map(Path, objects(archive, kind)):
            copy(path, target / path.relative_to(archive), left_out)


main()
