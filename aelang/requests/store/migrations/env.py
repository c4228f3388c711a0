"""What Alembic runs: the migrations of a store that is open, in the transaction of its connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
