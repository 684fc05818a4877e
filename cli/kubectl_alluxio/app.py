# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The program: its verbs, how it ends, and what it says when it fails."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Annotated

import typer

from kubectl_alluxio import __version__, exit_codes
from kubectl_alluxio.doctor import doctor
from kubectl_alluxio.files import cat, copy, ls, stat
from kubectl_alluxio.locality import locality
from kubectl_alluxio.pipeline import pipeline
from kubectl_alluxio.spark import spark
from kubectl_alluxio.status import status

_EPILOG = """Start with: kubectl alluxio status, then kubectl alluxio ls /, then kubectl alluxio locality /PATH
--executors 4 --cpu 2 --memory 4Gi.

Exit status: 0 done; 1 failed, or doctor or pipeline check found something wrong; 2 wrong usage; 3 no such cluster or
path; 4 not allowed; 5 not reachable; 130 interrupted. `spark submit` and `spark logs -f` end with the driver's."""

_COMPLETION = "_KUBECTL_ALLUXIO_COMPLETE"

app = typer.Typer(
    name="kubectl alluxio",
    help="Alluxio on Kubernetes: look at clusters and files, and run compute where the data is.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"kubectl-alluxio {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Alluxio on Kubernetes: look at clusters and files, and place compute where the data is."""


app.command()(status)
app.command()(ls)
app.command()(stat)
app.command()(cat)
app.command("cp")(copy)
app.command()(locality)
app.add_typer(spark)
app.add_typer(pipeline)
app.command()(doctor)


def main() -> None:
    """The console script. Ends the process."""
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _reader_gone()
    sys.exit(status)


def _reader_gone() -> int:
    """Who reads our output has seen enough, as `head` does: no reason for words, nor for Python to try
    again at exit. The signal stays ignored, or a broken connection would end us just as silently.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exit_codes.READER_GONE


def complete() -> None:
    """The console script that kubectl calls for completion of `kubectl alluxio` (kubectl 1.26 and later).

    It answers a candidate a line and ends with a directive of cobra's: 4, no file names.
    """
    words = sys.argv[1:] or [""]
    os.environ |= {
        _COMPLETION: "complete_bash",
        "COMP_WORDS": shlex.join(["kubectl-alluxio", *words]),
        "COMP_CWORD": str(len(words)),
    }
    try:
        typer.main.get_command(app).main(
            [], prog_name="kubectl-alluxio", complete_var=_COMPLETION, standalone_mode=False
        )
    except SystemExit:
        print(":4")


def run(arguments: list[str]) -> int:
    """The exit status of one call."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

    from kubectl_alluxio import output

    command = typer.main.get_command(app)
    try:
        result = command.main(arguments, prog_name="kubectl alluxio", standalone_mode=False)
        return int(result or 0)
    except AlluxioError as error:
        output.message(error.message, "red", "error: ")
        if error.remedy:
            output.message(error.remedy, "green", "remedy: ")
        return exit_codes.of_error(error)
    except BrokenPipeError:
        return _reader_gone()
    except (KeyboardInterrupt, typer.Abort):
        return exit_codes.INTERRUPTED
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):
            # Wrong usage, in the parser's own words.
            error.show()
            return int(error.exit_code)
        raise
