"""An app behind the keeper's door: it takes in a write only while the door is open, and says each row once it counts."""
import http.client, http.server, json, signal, socket, sqlite3, sys, threading, time, uuid

path, pause, counts = sys.argv[1], float(sys.argv[2]), sys.argv[3]
run = uuid.uuid4().hex[:6]
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())


def say(**what):
    print(json.dumps(what), flush=True)


def door():
    try:
        with open("/run/holdfast/epoch") as file:
            return int(file.read() or 0) or None
    except FileNotFoundError:
        return None


class Keeper(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(15)
        self.sock.connect("/run/holdfast/keeper.sock")


def replicated_under():
    keeper = Keeper("keeper")
    try:
        keeper.request("POST", "/sync")
        answer = keeper.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise OSError(said.decode())
        return json.loads(said)
    finally:
        keeper.close()


db = sqlite3.connect(path, isolation_level=None, timeout=10)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, content TEXT, at REAL, ballast TEXT)")
number = db.execute("SELECT coalesce(max(id), 0) FROM rows").fetchone()[0]


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Health)
threading.Thread(target=server.serve_forever, daemon=True).start()
say(ready=number)
epoch = None
while not stopped.is_set():
    # One that counts alone never looks again: only the freeze keeps it from writing on.
    epoch = (epoch if counts == "alone" else None) or door()
    if epoch is None:
        time.sleep(0.005)
        continue
    content = f"{number + 1}-{run}"
    began = time.time()
    try:
        db.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (number + 1, content, began, "x" * 200))
        number += 1
        at = time.time()
        if counts == "replicated":
            # When the keeper vouched for it: whoever sleeps before passing that on has promised nothing new.
            vouched = replicated_under()
            epoch, at = vouched["epoch"], vouched["at"] / 1000
        say(row=content, at=at, took=time.time() - began, epoch=epoch)
    except (sqlite3.Error, OSError, http.client.HTTPException) as error:
        say(error=str(error), at=time.time())
        time.sleep(0.05)
    stopped.wait(pause)
db.close()
