"""Notes: a small web app with its data in SQLite, as the apps of the guides are, or in Postgres."""

import hmac
import os
import sys
from datetime import datetime, timezone

from flask import Flask, jsonify, request
from sqlalchemy import MetaData, delete, func, inspect, select, text

from database import engine

VERSION = os.environ.get("APP_VERSION", "1")

app = Flask(__name__)
metadata = MetaData()
metadata.reflect(engine)
if "notes" not in metadata.tables:
    where = engine.url.render_as_string(hide_password=True)
    sys.exit(f"no table notes in {where}: run alembic upgrade head first")
notes = metadata.tables["notes"]


def admin_key():
    path = os.environ.get("ADMIN_KEY_FILE")
    if path is None:
        return os.environ.get("ADMIN_KEY")
    with open(path, encoding="utf-8") as file:
        return file.read()


@app.post("/notes")
def add_note():
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or body["text"] == "":
        return jsonify(error='send {"text": "…"}'), 400
    with engine.begin() as connection:
        created = datetime.now(timezone.utc).isoformat()
        result = connection.execute(notes.insert().values(text=body["text"], created_at=created))
        note = result.inserted_primary_key[0]
    # The block above has ended, so the commit is on the disk.
    return jsonify(id=note), 201


@app.get("/notes")
def list_notes():
    limit = request.args.get("limit", default=100, type=int)
    with engine.connect() as connection:
        rows = connection.execute(select(notes.c.id, notes.c.text).order_by(notes.c.id.desc()).limit(limit))
        return jsonify([{"id": row.id, "text": row.text} for row in rows])


@app.get("/notes/count")
def count_notes():
    with engine.connect() as connection:
        return jsonify(count=connection.execute(select(func.count()).select_from(notes)).scalar_one())


@app.delete("/notes/<int:note>")
def delete_note(note):
    key = admin_key()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if key is None or not hmac.compare_digest(given.encode(), key.encode()):
        return jsonify(error="the admin key is missing or wrong"), 403
    with engine.begin() as connection:
        found = connection.execute(delete(notes).where(notes.c.id == note)).rowcount
    return ("", 204) if found else (jsonify(error="no such note"), 404)


@app.get("/health")
def health():
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return jsonify(status="ok", version=VERSION)


@app.get("/health/data")
def health_data():
    with engine.connect() as connection:
        tables = {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in sorted(inspect(engine).get_table_names())
            if name in metadata.tables
        }
    return jsonify(version=VERSION, tables=tables)
