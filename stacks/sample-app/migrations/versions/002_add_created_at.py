"""When a note was written."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.add_column("notes", sa.Column("created_at", sa.Text))
    op.create_index("notes_created_at", "notes", ["created_at"])


def downgrade():
    op.drop_index("notes_created_at", "notes")
    with op.batch_alter_table("notes") as table:
        table.drop_column("created_at")
