"""Judges and ranks -> Vega-Lite specifications: severities with intervals, ranks before and after, shares, chances near a line. Marks differ in shape as well
as in colour, so that they can be told apart on grey paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhengping.engine.rendering.charts import chart

_BLUE, _ORANGE, _GREY, _INK = "#1d4ed8", "#b45309", "#94a3b8", "#111827"
_SHARES = ("#1d4ed8", "#f59e0b", "#cbd5e1")


def intervals(rows: Sequence[tuple[str, float, float, float, bool]], axis: str, *, width: int = 400) -> dict[str, Any]:
    """Points with their intervals, one line each in the order of `rows`: (label, low, middle, high, whether it is marked); `axis` says the unit."""
    values = [{"label": label, "low": low, "middle": middle, "high": high, "marked": marked} for label, low, middle, high, marked in rows]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 130, "ticks": False, "domain": False, "grid": True}}
    x = {"type": "quantitative", "axis": {"title": axis, "titleFontWeight": "normal", "titleFontSize": 13, "grid": False}}
    point = {"condition": {"test": "datum.marked", "value": "diamond"}, "value": "circle"}
    colour = {"condition": {"test": "datum.marked", "value": _ORANGE}, "value": _BLUE}
    return chart(
        "",
        values,
        {
            "width": width,
            "height": {"step": 18},
            "layer": [
                {"mark": {"type": "rule", "color": _GREY, "strokeDash": [4, 3]}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
                {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour}},
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                    "encoding": {"y": y, "x": {**x, "field": "middle"}, "shape": point, "color": colour},
                },
            ],
        },
    )


def ranks(points: Sequence[tuple[int, int, str]], lines: Sequence[int], axes: tuple[str, str], names: Sequence[str], *, side: int = 400) -> dict[str, Any]:
    """Ranks before and after: (before, after, which of `names`: unmoved, in, out); `lines` are the last ranks with an award. Rank 1 stands top right."""
    values = [{"before": before, "after": after, "what": what} for before, after, what in points]
    most = max([1, *(max(before, after) for before, after, _what in points)])
    scale = {"domain": [0.5, most + 0.5], "nice": False, "reverse": True}
    axis = {"titleFontWeight": "normal", "titleFontSize": 13, "grid": False, "tickCount": 6, "format": "d"}
    x = {"type": "quantitative", "scale": scale, "axis": {**axis, "title": axes[0]}}
    y = {"type": "quantitative", "scale": scale, "axis": {**axis, "title": axes[1]}}
    what = {"type": "nominal", "field": "what", "legend": {"title": None, "orient": "top", "labelFontSize": 13, "symbolSize": 90}}
    rule = {"type": "rule", "color": _INK, "strokeDash": [5, 4], "strokeWidth": 1}
    return chart(
        "",
        values,
        {
            "width": side,
            "height": side,
            "layer": [
                {
                    "data": {"values": [{"at": most}, {"at": 1}]},
                    "mark": {"type": "line", "color": _GREY, "strokeWidth": 1},
                    "encoding": {"x": {**x, "field": "at"}, "y": {**y, "field": "at"}},
                },
                *({"data": {"values": [{"at": line + 0.5}]}, "mark": rule, "encoding": {axis_of: {**sides, "field": "at"}}}
                  for line in lines for axis_of, sides in (("x", x), ("y", y))),
                {
                    "mark": {"type": "point", "filled": True, "opacity": 0.85},
                    "encoding": {
                        "x": {**x, "field": "before"},
                        "y": {**y, "field": "after"},
                        "color": {**what, "scale": {"domain": list(names), "range": [_GREY, _BLUE, _ORANGE]}},
                        "shape": {**what, "scale": {"domain": list(names), "range": ["circle", "triangle-up", "diamond"]}},
                        "size": {"condition": {"test": f"datum.what == '{names[0]}'", "value": 22}, "value": 60},
                    },
                },
            ],
        },
    )  # fmt: skip


def shares(rows: Sequence[tuple[str, float]], *, width: int = 560) -> dict[str, Any]:
    """One bar cut into shares, each labelled with its name and per cent below the bar's ends."""
    start, values = 0.0, []
    for at, (label, share) in enumerate(rows):
        values.append({"label": f"{label} {share:.0%}", "from": start, "to": start + share, "at": at})
        start += share
    colour = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": [row["label"] for row in values], "range": list(_SHARES)},
        "legend": {"title": None, "orient": "bottom", "direction": "horizontal", "labelFontSize": 13, "symbolType": "square", "labelLimit": 220},
    }
    x = {"field": "from", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    mark = {"type": "bar", "height": 26, "stroke": "#ffffff"}
    return chart("", values, {"width": width, "height": 34, "mark": mark, "encoding": {"x": x, "x2": {"field": "to"}, "color": colour}})


def chances(rows: Sequence[tuple[int, float, bool]], line: int, axes: tuple[str, str], *, width: int = 480, height: int = 190) -> dict[str, Any]:
    """The chance of each case to be truly among the chosen by its rank: (rank, chance, whether it is chosen); `line` is the last rank chosen."""
    values = [{"rank": rank, "chance": chance, "chosen": chosen} for rank, chance, chosen in rows]
    ends = [min(row[0] for row in rows) - 0.5, max(row[0] for row in rows) + 0.5]
    x = {"type": "quantitative", "scale": {"domain": ends, "nice": False}, "axis": {"title": axes[0], "format": "d", "tickMinStep": 1, "grid": False}}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"title": axes[1], "format": ".0%", "tickCount": 5}}
    for one in (x, y):
        one["axis"] |= {"titleFontWeight": "normal", "titleFontSize": 13}  # type: ignore[operator]
    colour = {"condition": {"test": "datum.chosen", "value": _BLUE}, "value": _GREY}
    return chart(
        "",
        values,
        {
            "width": width,
            "height": height,
            "layer": [
                {"mark": {"type": "bar", "binSpacing": 1, "width": max(1.0, 0.8 * width / max(len(rows), 1))},
                 "encoding": {"x": {**x, "field": "rank"}, "y": {**y, "field": "chance"}, "color": colour}},
                {"data": {"values": [{"at": line + 0.5}]}, "mark": {"type": "rule", "color": _INK, "strokeDash": [5, 4]},
                 "encoding": {"x": {**x, "field": "at"}}},
            ],
        },
    )  # fmt: skip
