# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes x paths: how much of each path lies on each node, in a terminal and as one HTML file."""

from __future__ import annotations

from html import escape
from typing import Any

from kubectl_alluxio.output import in_terminal, show_table, shown

MOST_PATHS, MOST_NODES = 20, 12
# A page shows more than a terminal; beyond that nobody sees single cells.
MOST_PATHS_PLOTTED, MOST_NODES_PLOTTED = 200, 100
_OTHERS = "others"
# Clouds name nodes ip-10-0-12-7.eu-west-1.compute.internal.
_LONG_NAME = 12
# From no bytes to all: one hue, so that it reads the same for everyone, in print as well.
_COLD, _HOT = (238, 243, 250), (11, 79, 158)


def grid(
    answer: dict[str, Any], most_paths: int, most_nodes: int
) -> tuple[list[str], list[tuple[str, int, list[int]]]]:
    """Names of the columns, and for each path its total and the bytes in each column.

    The largest come first; nodes beyond ``most_nodes`` share the last column.
    """
    nodes = [node["name"] for node in answer["nodes"] if node["bytes"]]
    kept, rest = nodes[:most_nodes], set(nodes[most_nodes:])
    groups = sorted(answer["groups"], key=lambda group: (-group["total_bytes"], group["path"]))
    rows = []
    for group in groups[:most_paths]:
        sizes = [group["nodes"].get(name, 0) for name in kept]
        if rest:
            sizes.append(sum(size for name, size in group["nodes"].items() if name in rest))
        rows.append((group["path"], group["total_bytes"], sizes))
    return [*kept, *([_OTHERS] if rest else [])], rows


def show_heat_map(answer: dict[str, Any]) -> None:
    """The share of each path on each node; several copies make more than 100 % in a row."""
    names, rows = grid(answer, MOST_PATHS, MOST_NODES)
    if not in_terminal():
        table = [(path, *(_share(size, total) for size in sizes)) for path, total, sizes in rows]
        show_table(("PATH", *names), table, right=names)
    else:
        _show_colours(names, rows)
    if len(answer["groups"]) > MOST_PATHS:
        print(f"… and {len(answer['groups']) - MOST_PATHS} more paths (--plot shows more)")


def _show_colours(names: list[str], rows: list[tuple[str, int, list[int]]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("PATH", overflow="fold")
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    for path, total, sizes in rows:
        cells = []
        for size in sizes:
            share = min(size / total, 1) if total else 0
            style = f"{_ink(share)} on rgb({','.join(map(str, _colour(share)))})"
            cells.append(Text(f" {_share(size, total):>4} ", style=style))
        table.add_row(Text(shown(path)), *cells)
    Console().print(table)


def as_html(answer: dict[str, Any]) -> str:
    """One file without scripts and without anything from elsewhere."""
    names, rows = grid(answer, MOST_PATHS_PLOTTED, MOST_NODES_PLOTTED)
    head = "".join(f"<th scope=col><span>{escape(name)}</span></th>" for name in names)
    body = "".join(_html_row(names, *row) for row in rows)
    left_out = len(answer["groups"]) - len(rows)
    more = f"<p class=more>… and {left_out} more paths</p>" if left_out > 0 else ""
    title = "Where the data is: " + ", ".join(answer["paths"])
    return _PAGE.format(
        title=escape(title),
        paths=escape(", ".join(answer["paths"])),
        tiles=_html_tiles(answer),
        head=head,
        body=body,
        more=more,
        nodes=_html_nodes(answer),
        notes=_html_notes(answer),
        cold=_css(_COLD),
        hot=_css(_HOT),
        shape=" tall" if max(map(len, names), default=0) > _LONG_NAME else "",
    )


def _html_row(names: list[str], path: str, total: int, sizes: list[int]) -> str:
    cells = []
    for name, size in zip(names, sizes, strict=True):
        share = min(size / total, 1) if total else 0
        what = escape(f"{path} on {name}: {_bytes(size)} of {_bytes(total)}", quote=True)
        style = f"background:{_css(_colour(share))};color:{_ink(share)}"
        cells.append(f'<td style="{style}" title="{what}">{_share(size, total)}</td>')
    return (
        f"<tr><th scope=row>{escape(shown(path))}</th>{''.join(cells)}<td>{_bytes(total)}</td></tr>"
    )


def _html_tiles(answer: dict[str, Any]) -> str:
    total, cached = answer["total_bytes"], answer["cached_bytes"]
    tiles = [("Data", _bytes(total)), ("Cached", _share(cached, total))]
    numbers, shares = answer["executors"], answer["local_share"]
    if numbers["wanted"]:
        tiles.append(("Executors planned", f"{numbers['planned']} of {numbers['wanted']}"))
    if shares:
        tiles.append(("Read on the same node", f"{shares['planned_with_task_locality']:.0%}"))
        default = shares["default_scheduler_with_task_locality"]
        tiles.append(("… without placement", f"{default:.0%}"))
    return "".join(f"<div><b>{escape(value)}</b><span>{name}</span></div>" for name, value in tiles)


def _html_nodes(answer: dict[str, Any]) -> str:
    rows = [n for n in answer["nodes"] if n["bytes"] or n["executors"] or n["reason"]]
    most = max((node["bytes"] for node in rows), default=0)
    return "".join(
        f"<tr><th scope=row>{escape(node['name'])}</th>"
        f'<td class=bar><i style="width:{100 * node["bytes"] / most if most else 0:.1f}%"></i></td>'
        f"<td>{_bytes(node['bytes'])}</td><td>{node['weight'] or '-'}</td><td>{node['room']}</td>"
        f"<td>{'●' * min(node['executors'], 20)} {node['executors']}</td>"
        f"<td class=why>{escape(node['reason'])}</td></tr>"
        for node in rows[:MOST_NODES_PLOTTED]
    )


def _html_notes(answer: dict[str, Any]) -> str:
    if not answer["notes"]:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in answer["notes"])
    return f"<h2>To know</h2><ul>{items}</ul>"


def _share(size: int, total: int) -> str:
    from kubectl_alluxio.locality import percent

    return percent(size, total) if size else "·"


def _bytes(size: int) -> str:
    from ansible_collections.alluxio.k8s.plugins.module_utils.quantities import describe_bytes

    return describe_bytes(size)


def _colour(share: float) -> tuple[int, int, int]:
    red, green, blue = (round(c + (h - c) * share) for c, h in zip(_COLD, _HOT, strict=True))
    return red, green, blue


def _css(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _ink(share: float) -> str:
    """Legible on the colour of that share."""
    return "white" if share > 0.45 else "black"


_PAGE = """<!doctype html>
<!-- Written by kubectl alluxio locality --plot. -->
<html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1c2530; --dim: #5d6b7a; --line: #dde3ea; --paper: #fff }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8edf3; --dim: #9aa8b7; --line: #33404d; --paper: #141a21 }}
}}
body {{ font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 2rem auto; padding: 0 1.5rem; max-width: 75rem }}
h1 {{ font-size: 1.5rem; margin: 0 }} h2 {{ font-size: 1.1rem; margin: 2.2rem 0 .6rem }}
p {{ color: var(--dim); margin: .3rem 0 }}
.tiles {{ display: flex; flex-wrap: wrap; gap: 2.2rem; margin-top: 1.4rem }}
.tiles b {{ display: block; font-size: 1.7rem; font-weight: 600 }} .tiles span {{ color: var(--dim) }}
.scroll {{ overflow-x: auto }}
table {{ border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums }}
th {{ font-weight: 500; text-align: left; padding: .25rem .7rem .25rem 0; overflow-wrap: anywhere }}
thead th {{ color: var(--dim); vertical-align: bottom; text-align: right }}
.heat td {{ text-align: right; padding: .3rem .6rem; border-radius: 3px; min-width: 3.2rem }}
.tall thead span {{ writing-mode: vertical-rl; transform: rotate(180deg) }}
.heat td:last-child {{ color: var(--dim) }}
.nodes {{ width: 100% }} .nodes td {{ padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line) }}
.nodes th {{ border-bottom: 1px solid var(--line) }} .nodes thead th {{ text-align: left }}
.bar {{ width: 22% }} .bar i {{ display: block; height: .8rem; background: {hot}; border-radius: 3px }}
.why {{ color: var(--dim) }}
.scale {{ display: inline-block; width: 9rem; height: .7rem; vertical-align: middle; border-radius: 3px;
  background: linear-gradient(90deg, {cold}, {hot}) }}
</style></head><body>
<h1>Where the data is</h1><p>{paths}</p>
<div class=tiles>{tiles}</div>
<h2>Share of each path on each node</h2>
<p>nothing <span class=scale></span> all of it. Blocks with several copies count on each of their nodes.</p>
<div class=scroll><table class="heat{shape}"><thead><tr><th></th>{head}<th scope=col>size</th></tr></thead>
<tbody>{body}</tbody></table></div>{more}
<h2>Nodes</h2>
<div class=scroll><table class=nodes><thead><tr><th scope=col>node<th scope=col>bytes<th><th scope=col>weight
<th scope=col>room<th scope=col>executors<th scope=col>why not</tr></thead><tbody>{nodes}</tbody></table></div>
{notes}
</body></html>
"""
