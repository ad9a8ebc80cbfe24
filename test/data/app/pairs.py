"""Writes the same number into two tables in one transaction, over and over, until it is told to end; says how many there are."""
import hashlib, os, sqlite3, sys, time

path = sys.argv[1]
db = sqlite3.connect(path, timeout=30)
assert db.execute("PRAGMA journal_mode = wal").fetchone()[0] == "wal"
number = first = db.execute("SELECT max(id) FROM left_side").fetchone()[0]
print(first, flush=True)
while not os.path.exists(path + "-end"):
    number += 1
    with db:
        db.execute("INSERT INTO left_side VALUES (?, ?)", (number, hashlib.md5(b"%d" % number).hexdigest()))
        db.execute("INSERT INTO right_side VALUES (?, ?)", (number, number))
    time.sleep(0.001)
print(number, flush=True)
