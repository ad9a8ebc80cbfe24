from logging.config import fileConfig

from alembic import context

from database import engine

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name)

with engine.begin() as connection:
    # Batch mode: SQLite changes a table by making it anew. Elsewhere it makes no difference.
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
