"""A map picture's paper: the frame, its graticule, scale bar, north, names, words, and the file."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.output import write_whole
from moonstation.report.maps.frame import Frame
from moonstation.report.maps.graticule import Graticule
from moonstation.report.maps.labels import Box, Feature, Room, placed, spread

_MAP_IN = 8.4  # longer side of the map on paper; resolution changes the pixels, never the layout
_LEFT_IN, _RIGHT_IN, _TOP_IN, _BOTTOM_IN = 0.85, 2.05, 0.85, 1.4
_LEAST_WIDTH_IN = 5.0
_HALO: dict[str, Any] = {"linewidth": 2.2, "foreground": "black", "alpha": 0.75}
_BAR_SHARE = 0.24
_TEXT = {"fontsize": 8.5, "color": "white"}
PLACE_COLOUR = "#ffd23f"


@dataclass
class Sheet:
    """A matplotlib figure with one map on it. ``room`` knows what of the map is taken, in pixels."""

    frame: Frame
    figure: Any
    axes: Any
    room: Room
    title: str = ""
    words: list[str] = field(default_factory=list)

    @property
    def px_per_pt(self) -> float:
        """Pixels in a point."""
        return float(self.figure.dpi) / 72.0

    @property
    def map_box(self) -> Box:
        """The map in parts of the figure: left, bottom, right, top."""
        box = self.axes.get_position()
        return box.x0, box.y0, box.x1, box.y1

    def inches(self, x: float, y: float) -> tuple[float, float]:
        """Inches as parts of the figure."""
        width, height = self.figure.get_size_inches()
        return x / float(width), y / float(height)


def new_sheet(frame: Frame, right_in: float = _RIGHT_IN) -> Sheet:
    """An empty map whose longer side has as many pixels as the frame's, with ``right_in`` inches of paper beside it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows, cols = frame.shape
    per_px = _MAP_IN / max(rows, cols)
    width, height = cols * per_px, rows * per_px
    total = max(width, _LEAST_WIDTH_IN) + _LEFT_IN + right_in, height + _TOP_IN + _BOTTOM_IN
    figure = Figure(figsize=total, dpi=1.0 / per_px, facecolor="white")
    FigureCanvasAgg(figure)
    left = _LEFT_IN + max(_LEAST_WIDTH_IN - width, 0.0) / 2.0
    axes = figure.add_axes((left / total[0], _BOTTOM_IN / total[1], width / total[0], height / total[1]))
    x0, y0, x1, y1 = frame.bounds_m
    axes.set(xlim=(x0, x1), ylim=(y0, y1), xticks=[], yticks=[])
    box = axes.get_window_extent()
    return Sheet(frame, figure, axes, Room((box.x0, box.y0, box.x1, box.y1)))


def draw_ground(sheet: Sheet, rgb: NDArray[np.floating]) -> None:
    """The picture itself, colours 0 to 1, shape (rows, columns, 3)."""
    x0, y0, x1, y1 = sheet.frame.bounds_m
    sheet.axes.imshow(np.clip(rgb, 0.0, 1.0), extent=(x0, x1, y0, y1), interpolation="nearest", aspect="auto")


def draw_graticule(sheet: Sheet, lines: Graticule) -> None:
    """Meridians and latitude circles, labelled at the frame; circles that stay inside on themselves."""
    for x, y in lines.lines:
        sheet.axes.plot(x, y, color="black", linewidth=1.5, alpha=0.22)
        sheet.axes.plot(x, y, color="white", linewidth=0.7, alpha=0.75)
    for at_x, at_y, text in lines.inner:
        label = _on_map(sheet, at_x, at_y, text, fontsize=7.5)
        sheet.room.take(_box_of(label))
    for side in ("left", "bottom", "right", "top"):
        ticks = [tick for tick in lines.ticks if tick.side == side]
        _draw_ticks(sheet, side, [tick.at_m for tick in ticks], [tick.text for tick in ticks])


def _draw_ticks(sheet: Sheet, side: str, at_m: Sequence[float], texts: Sequence[str]) -> None:
    x0, y0, x1, y1 = sheet.frame.bounds_m
    upright = side in ("left", "right")
    fixed = {"left": x0, "right": x1, "bottom": y0, "top": y1}[side]
    pull = {"left": (-5, 0), "right": (5, 0), "bottom": (0, -4), "top": (0, 4)}[side]
    align = {
        "left": ("right", "center"),
        "right": ("left", "center"),
        "bottom": ("center", "top"),
        "top": ("center", "bottom"),
    }
    sizes = [_text_px(sheet, text, 8.0) for text in texts]
    per_m = (sheet.room.bounds[2] - sheet.room.bounds[0]) / sheet.frame.size_m[0]
    kept = spread([at * per_m for at in at_m], [size[1 if upright else 0] for size in sizes], 4.0)
    for index in kept:
        point = (fixed, at_m[index]) if upright else (at_m[index], fixed)
        sheet.axes.annotate(
            texts[index],
            point,
            xytext=pull,
            textcoords="offset points",
            ha=align[side][0],
            va=align[side][1],
            fontsize=8.0,
            color="0.2",
            annotation_clip=False,
        )


def draw_scale_bar(sheet: Sheet) -> None:
    """A bar of a round length on the ground, true in the middle of the map."""
    from matplotlib.patches import Rectangle

    frame = sheet.frame
    (left, bottom, _, _), (width, height) = frame.bounds_m, frame.size_m
    scale = frame.scale(*frame.middle_m)
    length_m = _nice_length(_BAR_SHARE * width / scale)
    on_map = length_m * scale
    x: float = left + 0.035 * width
    y: float = bottom + 0.04 * height
    thick = 0.008 * max(width, height)
    for part in range(4):
        fill = "black" if part % 2 == 0 else "white"
        corner = (x + part * on_map / 4.0, y)
        sheet.axes.add_patch(
            Rectangle(corner, on_map / 4.0, thick, facecolor=fill, edgecolor="black", linewidth=0.8, zorder=5)
        )
    text = f"{length_m / 1e3:g} km" if length_m >= 1e3 else f"{length_m:g} m"
    label = _on_map(sheet, x + on_map / 2.0, y + 2.0 * thick, text, va="bottom", fontsize=9.0)
    first, last = sheet.axes.transData.transform([(x, y), (x + on_map, y)])
    box = _box_of(label)
    sheet.room.take((first[0] - 6, first[1] - 6, last[0] + 6, box[3]))


def _nice_length(most_m: float) -> float:
    power = 10.0 ** np.floor(np.log10(most_m))
    return float(max(each * power for each in (1.0, 2.0, 5.0) if each * power <= most_m))


def draw_north(sheet: Sheet) -> str:
    """An arrow to the north, or a mark at the pole where it lies in the frame; returns the caption's words on it."""
    from matplotlib.patheffects import withStroke

    frame = sheet.frame
    pole = frame.pole()
    if pole is not None:
        x, y = (float(value) for value in frame.map_of(pole, 0.0))
        sheet.axes.plot([x], [y], marker="+", markersize=9, markeredgewidth=1.4, color="white", zorder=6)
        px = sheet.axes.transData.transform((x, y))
        sheet.room.take((px[0] - 9, px[1] - 9, px[0] + 9, px[1] + 9))
        south = pole < 0
        return (
            f"The cross is the {'south' if south else 'north'} pole: north is "
            f"{'away from it along every meridian' if south else 'towards it along every meridian'}."
        )
    turn = np.radians(frame.north_deg())
    left, _, _, top = sheet.room.bounds
    middle = np.array([left, top]) + np.array([44.0, -44.0]) * sheet.px_per_pt / 1.6
    along = np.array([np.sin(turn), np.cos(turn)]) * 15.0 * sheet.px_per_pt
    to_data = sheet.axes.transData.inverted().transform
    tail, tip = (tuple(to_data(middle + part * along)) for part in (-0.9, 0.75))
    arrow = {"arrowstyle": "-|>", "color": "white", "linewidth": 2.0, "path_effects": [withStroke(**_HALO)]}
    sheet.axes.annotate("", tip, tail, arrowprops=arrow, zorder=6)
    at_n = to_data(middle + along * 1.15)
    _on_map(sheet, float(at_n[0]), float(at_n[1]), "N", fontsize=9.5)
    reach = 27.0 * sheet.px_per_pt
    sheet.room.take((middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach))
    return "The arrow points north in the middle of the map."


def draw_names(sheet: Sheet, names: Sequence[Feature], places: Sequence[Feature] = ()) -> None:
    """Names of features in white, of places with a yellow triangle; none covers another."""
    for features, size, colour in ((places, 9.0, PLACE_COLOUR), (names, 8.0, "white")):
        labels = placed(features, sheet.frame, sheet.room, partial(_text_px, sheet, size=size))
        to_data = sheet.axes.transData.inverted().transform
        for label in labels:
            x, y = to_data(((label.box[0] + label.box[2]) / 2.0, (label.box[1] + label.box[3]) / 2.0))
            _on_map(sheet, x, y, label.name, fontsize=size, color=colour)
            if label.marked:
                mark: dict[str, Any] = {
                    "marker": "^" if colour == PLACE_COLOUR else ".",
                    "markersize": 6,
                    "markeredgecolor": "black",
                }
                point = to_data(label.point)
                sheet.axes.plot([point[0]], [point[1]], color=colour, markeredgewidth=0.7, zorder=6, **mark)


def draw_words(sheet: Sheet, title: str, subtitle: str, caption: Sequence[str]) -> None:
    """Title over the map, subtitle under it, and the caption at the foot of the page."""
    left, bottom, _, top = sheet.map_box
    width_in = float(sheet.figure.get_size_inches()[0])
    off = sheet.inches(0.0, 0.62)[1], sheet.inches(0.0, 0.38)[1]
    sheet.figure.text(left, top + off[0], title, fontsize=14, fontweight="bold", va="center")
    sheet.figure.text(left, top + off[1], subtitle, fontsize=9.5, color="0.3", va="center")
    most = int((width_in - _LEFT_IN - 0.3) * 72.0 / 3.95)
    lines = [line for part in caption for line in textwrap.wrap(part, most)]
    sheet.figure.text(
        left,
        bottom - sheet.inches(0.0, 0.42)[1],
        "\n".join(lines),
        fontsize=7.5,
        color="0.25",
        va="top",
        linespacing=1.4,
    )
    sheet.title, sheet.words = title, [subtitle, *caption]


def save(sheet: Sheet, out_png: Path) -> None:
    """Write the picture whole or not at all; title and caption stand in the file too. Raises RangeError."""
    write_figure(sheet.figure, out_png, sheet.title, " ".join(sheet.words))


def write_figure(figure: Any, out_png: Path, title: str, description: str) -> None:
    """A figure as a PNG that appears whole or not at all. Raises RangeError where it cannot be written."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    notes = PngInfo()
    notes.add_itxt("Title", title)
    notes.add_itxt("Description", description)
    notes.add_text("Software", "moonstation")
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(content, "PNG", pnginfo=notes, compress_level=6)
    write_whole(out_png, content.getvalue(), str(out_png))


def _on_map(sheet: Sheet, x: float, y: float, text: str, **style: Any) -> Any:
    """A text in the middle of a point of the map, with a dark halo."""
    from matplotlib.patheffects import withStroke

    style = {**_TEXT, "ha": "center", "va": "center", "zorder": 7, **style}
    return sheet.axes.text(x, y, text, path_effects=[withStroke(**_HALO)], **style)


def _box_of(label: Any) -> Box:
    box = label.get_window_extent()
    return box.x0, box.y0, box.x1, box.y1


def _text_px(sheet: Sheet, text: str, size: float) -> tuple[float, float]:
    renderer = sheet.figure.canvas.get_renderer()
    from matplotlib.font_manager import FontProperties

    width, height, _ = renderer.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(width) + 2.0, float(height) + 2.0
