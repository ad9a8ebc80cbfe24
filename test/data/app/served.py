"""An app behind the door that writes in every way there is: in a POST, in a GET, between two parts of an answer, and after it."""
import http.server, json, sqlite3, sys, threading, time

path, port = sys.argv[1], int(sys.argv[2])
local = threading.local()


def db():
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(path, isolation_level=None, timeout=10)
    return local.db


def write(content):
    db().execute("INSERT INTO rows (content, at) VALUES (?, ?)", (content, time.time()))


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["content-length"])).decode()
        write(content)
        self.whole(content)

    def do_GET(self):
        kind, _, content = self.path[1:].partition("/")
        if kind == "write":
            write(content)
            self.whole(content)
        elif kind == "stream":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.part("first ")
            time.sleep(0.3)
            write(content)
            self.part("last")
            self.part("")
        elif kind == "background":
            self.whole(content)
            threading.Timer(0.3, write, [content]).start()
        else:
            self.whole(json.dumps([row[0] for row in db().execute("SELECT content FROM rows")]))

    def whole(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def part(self, text):
        self.wfile.write(f"{len(text):x}\r\n{text}\r\n".encode())
        self.wfile.flush()

    def log_message(self, *_):
        pass


db().execute("PRAGMA journal_mode = WAL")
db().execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, content TEXT, at REAL)")
http.server.ThreadingHTTPServer.request_queue_size = 128
http.server.ThreadingHTTPServer(("127.0.0.1", port), App).serve_forever()
