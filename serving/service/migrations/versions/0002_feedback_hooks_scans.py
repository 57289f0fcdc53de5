"""Standing of leads, outgoing hooks, scans without a project."""

import math

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the tables to this revision; leads stand where their p-values put them."""
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weights", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("standing", sa.Float(), nullable=False, server_default="0"))
        batch_op.drop_index("lead_order")
    lead = sa.table(
        "lead", sa.column("id", sa.String), sa.column("p_value", sa.Float),
        sa.column("standing", sa.Float),
    )  # fmt: skip
    for identity, p_value in op.get_bind().execute(sa.select(lead.c.id, lead.c.p_value)).all():
        surprise = -math.log10(max(p_value, 1e-300))
        op.execute(lead.update().where(lead.c.id == identity).values(standing=surprise))
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.alter_column("weights", server_default=None)
        batch_op.alter_column("standing", server_default=None)
        batch_op.create_index("lead_order", ["level", "standing"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.alter_column("project_id", existing_type=sa.String(length=16), nullable=True)
        batch_op.add_column(sa.Column("asked", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("result", sa.JSON(), nullable=True))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.alter_column("asked", server_default=None)

    op.create_table(
        "hook",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("at_most", sa.Float(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("hook_id", sa.String(length=16), nullable=False),
        sa.Column("lead_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hook_id"], ["hook.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hook_id", "lead_id"),
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index("outgoing_due", ["state", "due"], unique=False)


def downgrade() -> None:
    """Take it back; scans without a project go."""
    op.drop_table("outgoing")
    op.drop_table("hook")
    op.execute("delete from task where project_id is null")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("result")
        batch_op.drop_column("asked")
        batch_op.alter_column("project_id", existing_type=sa.String(length=16), nullable=False)
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index("lead_order")
        batch_op.drop_column("standing")
        batch_op.drop_column("weights")
        batch_op.create_index("lead_order", ["level", "p_value"], unique=False)
