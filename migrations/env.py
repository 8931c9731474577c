"""Runs migrations on the connection the program hands over, or on the address given with `-x url=…`."""

from alembic import context
from sqlalchemy import Connection, create_engine, make_url

from vqueue.db.schema import metadata
from vqueue.db.sqlite_files import file_of, writing


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, compare_type=True, transactional_ddl=True, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


def run_at(url: str) -> None:
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite"
    engine = writing(file_of(address)) if is_file else create_engine(address)
    with engine.begin() as connection:
        run(connection)


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    run_at(context.get_x_argument(as_dictionary=True)["url"])
