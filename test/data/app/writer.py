"""An app in WAL mode that writes numbered rows and says each one once it is committed. It obeys lines on its input."""
import json, queue, signal, sqlite3, sys, threading, time, uuid

path, pause = sys.argv[1], float(sys.argv[2])
run = uuid.uuid4().hex[:6]
told = queue.Queue()


def say(**what):
    print(json.dumps(what), flush=True)


def listen():
    for line in sys.stdin:
        told.put(json.loads(line))


threading.Thread(target=listen, daemon=True).start()
signal.signal(signal.SIGTERM, lambda *_: told.put({"stop": True}))


def connect():
    return sqlite3.connect(path, isolation_level=None, timeout=10)


db = connect()
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, content TEXT, at REAL, ballast TEXT)")
number = db.execute("SELECT coalesce(max(id), 0) FROM rows").fetchone()[0]
say(ready=number)
writing, stopped = True, False
while not stopped:
    try:
        order = told.get(timeout=pause) if writing else told.get()
        if "stop" in order:
            stopped = True
        if "write" in order:
            writing = order["write"]
        if "reconnect" in order:
            db.close()
            db = connect()
        if "sql" in order:
            try:
                say(answer=db.execute(order["sql"]).fetchall())
            except sqlite3.Error as error:
                say(answer=str(error))
        else:
            say(answer=None)
        continue
    except queue.Empty:
        pass
    content = f"{number + 1}-{run}"
    began = time.time()
    try:
        db.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (number + 1, content, began, "x" * 200))
        number += 1
        say(row=content, at=time.time(), took=time.time() - began)
    except sqlite3.Error as error:
        say(error=str(error), at=time.time())
        time.sleep(0.2)
db.close()
