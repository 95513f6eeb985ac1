"""Reads the exports of one model in several formats and compares them. Called by check-exports with their directory."""

import datetime
import decimal
import glob
import hashlib
import json
import os
import sys

import duckdb
import frictionless
import pyarrow.parquet


def plain(value):
    """Returns a value as its JSON says it."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float):
        return round(decimal.Decimal(value), 4)
    return value


def same(name, expected, found):
    if expected != found:
        differing = [pair for pair in zip(expected, found) if pair[0] != pair[1]]
        sys.exit(f"{name}: rows differ: {len(expected)} and {len(found)}, first {differing[:1]}")
    print(f"{name}: {len(found)} rows")


os.chdir(sys.argv[1])
lines = [line for name in sorted(glob.glob("jsonl/*.jsonl")) for line in open(name, encoding="utf-8")]
records = [json.loads(line, parse_float=decimal.Decimal) for line in lines]
assert records, "no records"

tables = [pyarrow.parquet.read_table(name) for name in sorted(glob.glob("parquet/*.parquet"))]
rows = [{key: plain(value) for key, value in row.items()} for table in tables for row in table.to_pylist()]
# Lists of numbers or dates do not occur in these models.
same("pyarrow", records, rows)

read = duckdb.sql("select * from read_parquet('parquet/*.parquet', union_by_name = true)")
same("duckdb, parquet", [row["_row"] for row in records], [row[read.columns.index("_row")] for row in read.fetchall()])
read = duckdb.sql("select * from read_csv('csv/*.csv', header = true, all_varchar = true)")
shown = [tuple(None if value in (None, []) else value for value in record.values()) for record in records]
text = [
    tuple(
        None if value is None else "; ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
        for value in row
    )
    for row in shown
]
same("duckdb, csv", text, read.fetchall())

for directory in ["csv", "comma", "gzip", "jsonl"]:
    report = frictionless.validate(f"{directory}/datapackage.json")
    if not report.valid:
        sys.exit(f"frictionless, {directory}: {report.flatten(['path', 'rowNumber', 'fieldName', 'type', 'message'])[:3]}")
    print(f"frictionless, {directory}: valid")

for manifest in glob.glob("*/manifest.json"):
    for file in json.load(open(manifest))["files"]:
        content = open(os.path.join(os.path.dirname(manifest), file["path"]), "rb").read()
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file
print("hashes: right")
