"""`python -m examples.recipes serve`, `load` and `tour`."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from examples.recipes import load as loading
from examples.recipes.tour import run
from mainstay.cli import exits, loading as applications
from mainstay.cli.serve import serve as serve_application
from mainstay.errors import MainstayError

TARGET = "examples.recipes.app:app"
TRY = """
[bold]To try[/bold], in another terminal ([bold]make tour[/bold] tries nearly everything):

  curl '{url}/api/v1/recipes?tags.name=italian&sort=-stars&limit=3&fields=title,stars,tags'
  curl '{url}/api/v1/recipes?q=creme+brulee'
  curl '{url}/api/v1/recipes/aglio-e-olio?include=author,comments.author'
  curl '{url}/api/v1/comments?recipe.slug=aglio-e-olio&include=author'

Sign in, and call with the token of the answer:

  curl -H 'Content-Type: application/json' {url}/api/v1/auth/sign-in \\
    -d '{{"email": "editor@example.org", "password": "{password}"}}'
  TOKEN=...  [dim]# its access_token, which is good for a quarter of an hour[/dim]
  curl -H "Authorization: Bearer $TOKEN" '{url}/api/v1/recipes?published=false&fields=slug,title&count=exact'
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' {url}/api/v1/recipes \\
    -d '{{"slug": "toast", "title": "Toast", "ingredients": ["bread"], "directions": ["Toast it."],
         "tags": ["bread", "quick"], "published": true}}'

{addresses} have this password, which is for trying only.
The other authors have none; `mainstay user password {target} joel-maxuel@example.org` gives one, and
`mainstay user create {target} you@example.org handle=you name=You --role admin` makes an account of your own.
"""

commands = typer.Typer(help="The recipes example of Mainstay.", no_args_is_help=True, add_completion=False)
console = Console()


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not say what to try.")] = False,
) -> None:
    """Serve the example, with its recipes loaded first where the database is empty."""
    load()
    if not quiet:
        console.print(told(f"http://{host}:{port}"), highlight=False, soft_wrap=True)
    serve_application(TARGET, host=host, port=port)


@commands.command()
def load() -> None:
    """Load the recipes into the database where it is empty."""
    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {what: bars.add_task(what, total=None, visible=False) for what in loading.PARTS}
        try:
            loaded = asyncio.run(
                loading.fill(
                    applications.load(TARGET),
                    lambda what, done, total: bars.update(tasks[what], completed=done, total=total, visible=True),
                )
            )
        except MainstayError as error:
            raise exits.wrong(str(error)) from None
    if not loaded:
        console.print("The database has its recipes already.")


@commands.command()
def tour(
    url: Annotated[str | None, typer.Option(help="A server that is running; one of its own if not.")] = None,
) -> None:
    """Walk through the example as a client, and print what happens."""
    sys.exit(run(url, console))


def told(url: str) -> str:
    """What to try."""
    addresses = ", ".join(map(loading.address, loading.SIGN_IN))
    return TRY.format(url=url, password=loading.PASSWORD, addresses=addresses, target=TARGET)


commands(prog_name="python -m examples.recipes")
