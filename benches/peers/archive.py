"""The objects of an archive of the Kafka Connect S3 sink, in the order in which their records count."""

import re
from pathlib import Path

KINDS = ("pin", "geo", "user")
NAME = re.compile(r"(?P<topic>.+[.-](?P<kind>pin|geo|user))\+(?P<partition>\d+)\+(?P<offset>\d+)\.json")


def objects(archive, kind):
    """Paths of a kind's objects. Such archives keep no times, so across partitions topic and number decide."""
    found = []
    for path in Path(archive, "topics").glob("*/partition=*/*.json"):
        name = NAME.fullmatch(path.name)
        if name and name["kind"] == kind:
            found.append((name["topic"], int(name["partition"]), int(name["offset"]), path))
    return [str(path) for *_, path in sorted(found)]
