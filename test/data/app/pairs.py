"""Writes the same number into two tables in one transaction, over and over, for so many seconds; says how many it wrote."""
import hashlib, sqlite3, sys, time

path, seconds = sys.argv[1], float(sys.argv[2])
db = sqlite3.connect(path, timeout=30)
assert db.execute("PRAGMA journal_mode = wal").fetchone()[0] == "wal"
number = first = db.execute("SELECT max(id) FROM left_side").fetchone()[0]
print(first, flush=True)
end = time.monotonic() + seconds
while time.monotonic() < end:
    number += 1
    with db:
        db.execute("INSERT INTO left_side VALUES (?, ?)", (number, hashlib.md5(b"%d" % number).hexdigest()))
        db.execute("INSERT INTO right_side VALUES (?, ?)", (number, number))
    time.sleep(0.001)
print(number, flush=True)
