"""An app that stores the id of each request, says as whom it runs, and closes its database when it is told to stop."""
import hashlib, http.server, json, os, signal, sqlite3, sys, tempfile, threading, time, uuid

path = os.environ["DATABASE"]
run = uuid.uuid4().hex[:6]
local = threading.local()


def db():
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(path, isolation_level=None, timeout=10)
    return local.db


def rows():
    return [list(row) for row in db().execute("SELECT content, at FROM rows ORDER BY id")]


def migrations():
    try:
        return db().execute("SELECT count(*) FROM migrations").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def identity():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"room")
    try:
        open("/app/written", "w").close()
        root = "written"
    except OSError as error:
        root = error.strerror
    data = os.stat(os.path.dirname(path))
    return {
        "run": run,
        "migrations": migrations(),
        "user": f"{os.getuid()}:{os.getgid()}",
        "data": {"owner": f"{data.st_uid}:{data.st_gid}", "mode": oct(data.st_mode & 0o7777)},
        "database": oct(os.stat(path).st_mode & 0o7777),
        "root": root,
        "variables": sorted(os.environ),
        # What it is, not the secret itself.
        "secret": hashlib.sha256(os.environ.get("API_KEY", "").encode()).hexdigest(),
        "revision": os.environ.get("K_REVISION"),
        "port": os.environ.get("PORT"),
    }


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = f"{self.rfile.read(int(self.headers['content-length'])).decode()} {run}"
        db().execute("INSERT INTO rows (content, at) VALUES (?, ?)", (content, time.time()))
        self.whole(content)

    def do_GET(self):
        if self.path == "/health":
            self.whole("ill", 503) if os.environ.get("ILL") else self.whole("well")
        elif self.path == "/identity":
            self.whole(json.dumps(identity()))
        else:
            self.whole(json.dumps(rows()))

    def whole(self, text, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


db().execute("PRAGMA journal_mode = WAL")
db().execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, content TEXT, at REAL)")
http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), App)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
db().close()
sys.exit(0)
