"""What is printed when all are healthy: where everything is, and how to go on."""

from cairn_local.settings import HOST, Settings

BANNER = """
Cairn runs.

  GraphQL     {graphql}
  GraphiQL    {graphiql}
  Mails       http://localhost:{mail_port}
  Tokens      {issuer}/token
  PostgreSQL  {host}:{postgres_port}
  Kafka       {kafka}
  Logs        {logs}

Stop it with Ctrl-C or `make down`; the data stays. `make clean` removes the data.
"""


def banner(settings: Settings) -> str:
    return BANNER.format(
        graphql=settings.graphql,
        graphiql=settings.graphql.replace("/graphql", "/graphiql"),
        mail_port=settings.mail_port,
        issuer=settings.issuer,
        host=HOST,
        postgres_port=settings.postgres_port,
        kafka=settings.kafka,
        logs=settings.data / "logs",
    )
