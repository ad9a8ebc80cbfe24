"""What the agent of a task does: hands the role's credentials to containers at 169.254.170.2, until they expire."""
import datetime, fcntl, http.server, json, os, signal, socket, struct

# The address, beside that of the loopback: SIOCSIFADDR of lo:1.
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    address = struct.pack("16sH2x4s8x", b"lo:1", socket.AF_INET, socket.inet_aton("169.254.170.2"))
    fcntl.ioctl(control, 0x8916, address)


class Agent(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != os.environ["CREDENTIALS_PATH"]:
            self.send_error(404)
            return
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        body = json.dumps(
            {
                "RoleArn": "arn:aws:iam::123456789012:role/notes",
                "AccessKeyId": os.environ["ACCESS_KEY_ID"],
                "SecretAccessKey": os.environ["SECRET_ACCESS_KEY"],
                # The agent's answer has a Token, too. The test's S3 server refuses every token, so there is none here.
                "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: exit(0))
http.server.ThreadingHTTPServer(("169.254.170.2", 80), Agent).serve_forever()
