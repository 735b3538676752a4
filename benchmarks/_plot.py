"""Small plots as SVG: what grows along a logarithmic axis, the cost upwards from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 300, 210, 44, 40, 30
INK, LINE = "#1f2933", "#0b6e99"


def plots(panels: Mapping[str, Sequence[tuple[float, float]]], unit: str) -> str:
    """One panel for each title, two in a row; points are (how many, cost)."""
    rows = -(-len(panels) // 2)
    drawn = "".join(
        f'<g transform="translate({n % 2 * WIDTH},{n // 2 * HEIGHT})">{_panel(title, points, unit)}</g>'
        for n, (title, points) in enumerate(panels.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {rows * HEIGHT}" font-family="sans-serif" '
        f'font-size="11" fill="{INK}"><rect width="100%" height="100%" fill="white"/>{drawn}</svg>\n'
    )


def _panel(title: str, points: Sequence[tuple[float, float]], unit: str) -> str:
    low, high = log10(points[0][0]), log10(points[-1][0])
    most = max(cost for _, cost in points) * 1.15
    right, floor = WIDTH - 16, HEIGHT - BOTTOM
    at = [
        (LEFT + (right - LEFT) * (log10(x) - low) / (high - low or 1), floor - (floor - TOP) * y / most)
        for x, y in points
    ]
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{LINE}"/>'
        f'<text x="{x:.1f}" y="{y - 7:.1f}" text-anchor="middle">{cost:g}</text>'
        f'<text x="{x:.1f}" y="{floor + 15}" text-anchor="middle">{number:,.0f}</text>'
        for (x, y), (number, cost) in zip(at, points, strict=True)
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return (
        f'<text x="{LEFT}" y="16" font-weight="bold">{title}</text><text x="{LEFT - 6}" y="{TOP + 4}" '
        f'text-anchor="end">{unit}</text><path d="M{LEFT} {TOP}V{floor}H{right}" fill="none" stroke="{INK}"/>'
        f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>{marks}'
    )
