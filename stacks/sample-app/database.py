"""Where the data is, and how the database is opened."""

import os

from sqlalchemy import create_engine, event

DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:////app/data/notes.db")

# A server may have been restarted since a connection was used last; a file has not.
engine = create_engine(DATABASE_URL, pool_pre_ping=not DATABASE_URL.startswith("sqlite"))

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
