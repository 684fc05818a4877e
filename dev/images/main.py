# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line of dev/image."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from devcluster.errors import DevClusterError

from . import catalogue


def main(arguments: Sequence[str]) -> int:
    """Prints the archives' paths, one a line; progress goes to standard error."""
    options = _parser().parse_args(arguments)
    if options.command == "list":
        for image in catalogue.IMAGES.values():
            print(f"{image.name:20} {image.reference}")
        return 0
    try:
        _require_root()
        for name in options.names:
            print(catalogue.build(name), flush=True)
    except DevClusterError as error:
        print(f"dev/image: {error}", file=sys.stderr)
        return 1
    return 0


def _require_root() -> None:
    if os.geteuid() != 0:
        raise DevClusterError("building images needs root (mount namespaces, file owners)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev/image", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build images, print the paths of their archives")
    build.add_argument("names", nargs="+", metavar="NAME", choices=sorted(catalogue.IMAGES))
    commands.add_parser("list", help="list the images that can be built")
    return parser
