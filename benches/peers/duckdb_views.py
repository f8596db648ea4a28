"""The thirteen views by DuckDB; duckdb_views.sql says how, and what it does not do.

    duckdb_views.py ARCHIVE OUT THREADS
"""

import sys
from pathlib import Path

import duckdb

from archive import KINDS, objects


def main():
    archive, out, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect(config={"threads": threads})
    for kind in KINDS:
        database.execute(f"SET VARIABLE {kind}_files = $files", {"files": objects(archive, kind)})
    database.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    views = database.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    for (view,) in views:
        database.execute(f"COPY (FROM {view}) TO '{out / view}.csv'")


main()
