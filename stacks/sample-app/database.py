"""Where the data is, and how SQLite is opened."""

import os

from sqlalchemy import create_engine, event

DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:////app/data/notes.db")

engine = create_engine(DATABASE_URL)

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def configure(connection, _record):
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # A commit returns only when it is on the disk.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()
