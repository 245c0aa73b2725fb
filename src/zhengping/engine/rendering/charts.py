"""Counts -> Vega-Lite specifications -> .svg and .png: bars, and the provincial units as a grid of tiles, never a boundary map."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

FONT = "Noto Sans SC"
_COLOURS = ("#dbeafe", "#1d4ed8")
_VERSION = "5.20"
_ID = re.compile(r"(?<=[#\"])(?:clip|gradient_)\d+")


def bars(title: str, rows: Sequence[tuple[str, int]], *, width: int = 420) -> dict[str, Any]:
    """Horizontal bars in the order of `rows` (label, count), with the count written at each bar."""
    values = [{"label": label, "value": value} for label, value in rows]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 260, "ticks": False, "domain": False}}
    x = {"field": "value", "type": "quantitative", "axis": None}
    return chart(
        title,
        values,
        {
            "width": width,
            "height": {"step": 24},
            "encoding": {"y": y, "x": x},
            "layer": [
                {"mark": {"type": "bar", "color": "#2563eb", "height": 15, "cornerRadiusEnd": 2}},
                {
                    "mark": {"type": "text", "align": "left", "dx": 4, "color": "#111827"},
                    "encoding": {"text": {"field": "value", "type": "quantitative"}},
                },
            ],
        },
    )


def tiles(title: str, rows: Sequence[tuple[str, int, int, int | None, str]], *, side: int = 52) -> dict[str, Any]:
    """Tiles of equal size: (name, row, column, count or None for "not invited", words below the name).

    A unit that was invited and sent none has count 0 and a white tile with an orange edge; one that was not invited is pale grey.
    """
    values: list[dict[str, Any]] = [
        {"name": name, "row": row, "column": column, "value": value or 0, "said": said, "state": _state(value)}
        for name, row, column, value, said in rows
    ]
    most = max((row["value"] for row in values), default=1) or 1
    columns = max((row["column"] for row in values), default=0) + 1
    lines = max((row["row"] for row in values), default=0) + 1
    at = {
        "x": {"field": "column", "type": "ordinal", "axis": None, "scale": {"domain": list(range(columns)), "padding": 0.06}},
        "y": {"field": "row", "type": "ordinal", "axis": None, "scale": {"domain": list(range(lines)), "padding": 0.06}},
    }
    fill = {
        "condition": [
            {"test": "datum.state == 'none'", "value": "#ffffff"},
            {"test": "datum.state == 'neutral'", "value": "#f3f4f6"},
        ],
        "field": "value",
        "type": "quantitative",
        "scale": {"range": list(_COLOURS), "domain": [0, most]},
        "legend": None,
    }
    dark = f"datum.state == 'sent' && datum.value > {most * 0.5}"
    ink = {"condition": {"test": dark, "value": "#ffffff"}, "value": "#111827"}
    edge = {
        "stroke": {"condition": {"test": "datum.state == 'none'", "value": "#b45309"}, "value": "#cbd5e1"},
    }
    return chart(
        title,
        values,
        {
            "width": columns * side,
            "height": lines * side,
            "encoding": at,
            "layer": [
                {"mark": {"type": "rect", "cornerRadius": 4}, "encoding": {"color": fill, **edge}},
                {
                    "mark": {"type": "text", "dy": -7, "fontSize": 13},
                    "encoding": {"text": {"field": "name"}, "color": ink},
                },
                {
                    "mark": {"type": "text", "dy": 10, "fontSize": 12},
                    "encoding": {"text": {"field": "said"}, "color": ink},
                },
            ],
        },
    )


def _state(value: int | None) -> str:
    return "neutral" if value is None else "sent" if value else "none"


def chart(title: str, values: list[dict[str, Any]], layers: dict[str, Any]) -> dict[str, Any]:
    """A specification with the house's font and sizes."""
    config = {"font": FONT, "view": {"stroke": None}, "axis": {"labelFontSize": 13}, "title": {"fontSize": 15, "anchor": "start", "font": FONT}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **({"title": title} if title else {}),
        "data": {"values": values},
        "background": "white",
        "config": config,
        **layers,
    }


@cache
def _converter() -> Any:
    """The converter with the font of the font wheel; the fonts of the machine play no part."""
    import vl_convert
    from pylopdf_fonts_zh_cn import sans_path

    vl_convert.register_font_directory(str(sans_path().parent))
    return vl_convert


def to_svg(chart: dict[str, Any]) -> str:
    """A chart as SVG text; its words stay text. Its ids depend on the chart alone, so that several may stand in one page."""
    text = str(_converter().vegalite_to_svg(chart, vl_version=_VERSION))
    sign = f"{zlib.crc32(json.dumps(chart, sort_keys=True).encode()):08x}"
    order = {name: place for place, name in enumerate(dict.fromkeys(_ID.findall(text)))}
    return _ID.sub(lambda found: f"{sign}-{order[found[0]]}", text)  # the converter counts on from chart to chart


def to_png(chart: dict[str, Any], *, scale: float = 2.0) -> bytes:
    """A chart as PNG, `scale` pixels a point."""
    return bytes(_converter().vegalite_to_png(chart, vl_version=_VERSION, scale=scale))
