"""Says how the rows of a SQLite file and of a Postgres database differ, by their meaning. It shares nothing with the keeper."""
import datetime, decimal, json, sqlite3, struct, sys, uuid
from collections import Counter
import psycopg2, psycopg2.extensions

path, url = sys.argv[1:3]
# Everything as Postgres writes it.
psycopg2.extensions.register_type(psycopg2.extensions.new_type((16, 20, 21, 23, 700, 701, 1700, 1082, 1083, 1114, 1184, 114, 3802, 2950, 17, 1042), "TEXT", lambda text, _: text))
lite = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
lite.text_factory = bytes
post = psycopg2.connect(url)
post.set_client_encoding("UTF8")
cursor = post.cursor()
cursor.execute("SET timezone = 'UTC'; SET bytea_output = 'hex'; SET extra_float_digits = 1")


def text(value):
    return value.decode("utf-8", "strict") if isinstance(value, bytes) else str(value)


def moment(value):
    found = datetime.datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.timezone.utc)
    return found.astimezone(datetime.timezone.utc).isoformat()


def pairs(items):
    if len({key for key, _ in items}) != len(items):
        raise ValueError("a key twice")
    return tuple(sorted(items))


def document(value):
    return repr(json.loads(text(value), parse_float=decimal.Decimal, parse_int=decimal.Decimal, object_pairs_hook=pairs))


def double(value):
    return struct.pack(">d", float(text(value) if isinstance(value, bytes) else value)).hex()


def number(value):
    found = decimal.Decimal(text(value) if isinstance(value, bytes) else repr(value) if isinstance(value, float) else value)
    return str(found.normalize() + 0)


def truth(value):
    return {"t": 1, "f": 0, "true": 1, "false": 0}[value] if isinstance(value, str) else value


def whole(value):
    if isinstance(value, float) and value != int(value):
        raise ValueError(f"{value} is no integer")
    return int(value)


def octets(value):
    return value[2:] if isinstance(value, str) else value.hex()


MEANING = {
    "bigint": whole, "integer": whole, "smallint": whole, "boolean": truth,
    "double precision": double, "real": lambda value: double(struct.unpack("f", struct.pack("f", float(value)))[0]),
    "numeric": number, "bytea": octets, "date": text, "json": text, "jsonb": document,
    "time without time zone": lambda value: datetime.time.fromisoformat(text(value)).isoformat(),
    "timestamp without time zone": moment, "timestamp with time zone": moment,
    "uuid": lambda value: str(uuid.UUID(text(value))),
}
quoted = lambda name: '"' + name.replace('"', '""') + '"'
differences, rows = [], 0
decimal.getcontext().prec = 2000
tables = [text(name) for (name,) in lite.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")]
for table in tables:
    names = [text(row[1]) for row in lite.execute(f"PRAGMA table_xinfo({quoted(table)})")]
    cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s", (table,))
    types = dict(cursor.fetchall())
    if set(types) != set(names):
        differences.append(f"{table}: columns {sorted(names)} and {sorted(types)}")
        continue
    meanings = [MEANING.get(types[name], text) for name in names]
    listed = ", ".join(map(quoted, names))
    mean = lambda row: tuple(None if value is None else meaning(value) for meaning, value in zip(meanings, row))
    here = Counter(mean(row) for row in lite.execute(f"SELECT {listed} FROM {quoted(table)}"))
    cursor.execute(f"SELECT {listed} FROM public.{quoted(table)}")
    there = Counter(mean(row) for row in cursor)
    rows += sum(here.values())
    for side, more in (("only SQLite has", here - there), ("only Postgres has", there - here)):
        differences += [f"{table}: {side} {row!r}"[:500] for row in list(more)[:3]]
print(json.dumps({"tables": len(tables), "rows": rows, "differences": differences}))
