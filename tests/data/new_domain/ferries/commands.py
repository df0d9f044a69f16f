"""The `motcua ferries` command."""

import click


@click.command()
def ferries() -> None:
    """Says that there are ferries."""
    click.echo("Có phà. / There are ferries.")
