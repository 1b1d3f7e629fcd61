"""Plots as inline SVG without scripts or outside resources, readable in print.

Each mark has its numbers as a `<title>`, which browsers show and a test reads.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..reporters.escaping import html_text

WIDTH = 960
BAR = 20
SERIES = ("error", "warning", "info")
Row = Sequence[object]


def svg(height: float, label: str, body: Sequence[str], width: int = WIDTH) -> str:
    """Return a drawing with a label for screen readers."""
    return (
        f'<div class="plot"><svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{html_text(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(body)}</svg></div>'
    )


def text(x: float, y: float, words: object, anchor: str = "start", kind: str = "") -> str:
    """Return text at a position."""
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{mark}>{html_text(str(words))}</text>'


def box(x: float, y: float, width: float, height: float, kind: str, title: str, more: str = "") -> str:
    """Return a filled box with its numbers as title."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.6):.1f}" height="{height:.1f}" class="{kind}"{more}>'
        f"<title>{html_text(title)}</title></rect>"
    )


def number(value: object) -> int:
    """Return a count as an integer."""
    return value if isinstance(value, int) else int(str(value or 0))


def bars(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], label: str, names: int = 260, note: str = "") -> str:
    """Draw stacked horizontal bars: (name, [(kind, value) …]). The total follows the bar."""
    most = max((sum(value for _, value in parts) for _, parts in rows), default=0) or 1
    available = WIDTH - names - 90
    body = []
    for place, (name, parts) in enumerate(rows):
        y = place * (BAR + 6) + 4
        body.append(text(names - 8, y + BAR * 0.72, name if len(name) < 40 else name[:38] + "…", "end"))
        x = float(names)
        for kind, value in parts:
            width = available * value / most
            if value:
                body.append(box(x, y, width, BAR, f"s-{kind}", f"{name}: {value:,} {note or kind}"))
                x += width
        body.append(
            text(
                x + 6,
                y + BAR * 0.72,
                f"{sum(value for _, value in parts):,}{'' if not note else ' ' + note}",
                kind="soft",
            )
        )
    return svg(len(rows) * (BAR + 6) + 8, label, body)


def heat(cells: Sequence[Row], years: Sequence[Row], label: str, most_rules: int = 30) -> str:
    """Draw rule × year: the share of the year's telegrams with a finding of the rule, from pale to full."""
    telegrams = {number(row[0]): number(row[1]) for row in years}
    if not telegrams or not cells:
        return ""
    first, last = min(telegrams), max(telegrams)
    totals: dict[str, int] = {}
    for rule, _, count in cells:
        totals[str(rule)] = totals.get(str(rule), 0) + number(count)
    rules = sorted(sorted(totals, key=lambda rule: (-totals[rule], rule))[:most_rules])
    left, side = 90, (WIDTH - 100) / (last - first + 1)
    body = []
    for year in range(first, last + 1):
        if year % 5 == 0 or (year == first and year % 5 < 3):  # else the next label would be too near
            body.append(text(left + (year - first + 0.5) * side, 12, year, "middle", "soft"))
    rank = {rule: place for place, rule in enumerate(rules)}
    for rule, place in rank.items():
        body.append(text(left - 8, 20 + place * 18 + 13, rule, "end"))
        body.append(
            f'<line x1="{left}" x2="{WIDTH - 10}" y1="{37.5 + place * 18}" y2="{37.5 + place * 18}" class="grid"/>'
        )
    for cell in cells:
        rule, year, count = str(cell[0]), number(cell[1]), number(cell[2])
        if rule not in rank or year not in telegrams:
            continue
        share = count / telegrams[year]
        x, y = left + (year - first) * side, 20 + rank[rule] * 18
        words = f"{rule} {year}: {count:,} of {telegrams[year]:,} telegrams"
        strength = f' fill-opacity="{min(1.0, 0.12 + 0.88 * share**0.5):.2f}"'
        body.append(box(x + 0.5, y + 1, side - 1, 16, "s-heat", words, strength))
    return svg(24 + 18 * len(rules), label, body)


def flow(rows: Sequence[Row], label: str) -> str:
    """Draw how the highest portion of each telegram (left) compares with its banner (right)."""
    total = sum(number(row[4]) for row in rows)
    if not total:
        return ""
    height, gap, thick = 300.0, 12.0, 18
    sides: list[dict[str, list[float]]] = []
    for name, rank in ((0, 1), (2, 3)):
        sizes: dict[str, int] = {}
        ranks: dict[str, int] = {}
        for row in rows:
            sizes[str(row[name])] = sizes.get(str(row[name]), 0) + number(row[4])
            ranks[str(row[name])] = number(row[rank])
        y, places = 10.0, {}
        for key in sorted(sizes, key=lambda key: (-ranks[key], key)):
            places[key] = [y, y, sizes[key]]  # top, where the next ribbon begins, telegrams
            y += height * sizes[key] / total + gap
        sides.append(places)
    low, high = 150, WIDTH - 150
    body = []
    for row in sorted(rows, key=lambda row: (-number(row[1]), -number(row[3]), str(row[0]), str(row[2]))):
        size = height * number(row[4]) / total
        start, end = sides[0][str(row[0])], sides[1][str(row[2])]
        a, b = start[1], end[1]
        start[1], end[1] = a + size, b + size
        kind = "same" if row[0] == row[2] else "below" if number(row[1]) > number(row[3]) else "above"
        if number(row[1]) < 0 or number(row[3]) < 0:
            kind = "open"
        middle = (low + high) / 2
        path = (
            f"M{low + thick},{a:.1f} C{middle},{a:.1f} {middle},{b:.1f} {high},{b:.1f} L{high},{b + size:.1f} "
            f"C{middle},{b + size:.1f} {middle},{a + size:.1f} {low + thick},{a + size:.1f} Z"
        )
        words = f"{row[0]} portions under a {row[2]} banner: {number(row[4]):,}"
        body.append(f'<path d="{path}" class="r-{kind}"><title>{html_text(words)}</title></path>')
    for places, x, at, anchor in ((sides[0], low, low - 8, "end"), (sides[1], high, high + thick + 8, "start")):
        for key, (top, _, count) in places.items():
            size = height * count / total
            body.append(box(x, top, thick, max(size, 1.5), "s-node", f"{key}: {int(count):,}"))
            body.append(text(at, top + size / 2 + 4, f"{key}  {int(count):,}", anchor))
    bottom = max(place[0] + height * place[2] / total for places in sides for place in places.values())
    return svg(bottom + 14, label, body)


def columns(rows: Sequence[tuple[int, str, int]], kinds: Sequence[str], label: str) -> str:
    """Draw stacked columns by year: (year, kind, value)."""
    if not rows:
        return ""
    first, last = min(row[0] for row in rows), max(row[0] for row in rows)
    last = min(last, first + 90)
    by: dict[int, dict[str, int]] = {}
    for year, kind, value in rows:
        if year <= last:
            by.setdefault(year, {})[kind] = by.get(year, {}).get(kind, 0) + value
    most = max(sum(parts.values()) for parts in by.values())
    left, height, side = 60, 220.0, (WIDTH - 70) / (last - first + 1)
    body = []
    for step in range(5):
        y = 10 + height - height * step / 4
        body.append(f'<line x1="{left}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        body.append(text(left - 8, y + 4, f"{most * step // 4:,}", "end", "soft"))
    for year in range(first, last + 1):
        if year % (5 if last - first < 60 else 10) == 0 or last - first < 12:
            body.append(text(left + (year - first + 0.5) * side, height + 28, year, "middle", "soft"))
        y = 10 + height
        for place, kind in enumerate(kinds):
            value = by.get(year, {}).get(kind, 0)
            if value:
                size = height * value / most
                y -= size
                body.append(
                    box(
                        left + (year - first) * side + 0.5, y, side - 1, size, f"c-{place}", f"{year} {kind}: {value:,}"
                    )
                )
    x = float(left)
    for place, kind in enumerate(kinds):
        body.append(box(x, height + 40, 12, 12, f"c-{place}", kind))
        body.append(text(x + 18, height + 50, kind))
        x += 40 + 8 * len(kind)
    return svg(height + 60, label, body)


STYLE = """
.plot{overflow-x:auto}.plot svg{min-width:680px}@media print{.plot svg{min-width:0}}
svg{width:100%;height:auto;display:block;margin:6px 0 2px;font:12px/1.2 system-ui,sans-serif}
svg text{fill:var(--ink)}svg text.soft{fill:var(--soft)}svg .grid{stroke:var(--line);stroke-width:.6}
.s-error{fill:var(--error)}.s-warning{fill:#d18b00}.s-info{fill:var(--info)}.s-node{fill:var(--soft)}
.s-share{fill:#7a5195}.s-heat{fill:var(--error)}
.r-same{fill:var(--info);fill-opacity:.25}.r-open{fill:var(--soft);fill-opacity:.25}
.r-above{fill:#d18b00;fill-opacity:.45}.r-below{fill:var(--error);fill-opacity:.7}
.c-0{fill:#2f6690}.c-1{fill:#81a4cd}.c-2{fill:#d18b00}.c-3{fill:#7a5195}.c-4{fill:#9aa6b4}.c-5{fill:#3c8d5a}
"""
