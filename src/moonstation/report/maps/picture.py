"""A map as a picture for a talk: colours over hill-shade, graticule, names, scale bar, colour bar and caption."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.time import parse_utc
from moonstation.moon.maps.permanence import SHORT_TITLE, short_period_note
from moonstation.report.maps.frame import Frame, frame_of
from moonstation.report.maps.graticule import degrees, graticule
from moonstation.report.maps.labels import Named, features_of
from moonstation.report.maps.looks import Look, look_of
from moonstation.report.maps.relief import Relief, heights_on, relief, shaded
from moonstation.report.maps.sheet import (
    Sheet,
    draw_graticule,
    draw_ground,
    draw_names,
    draw_north,
    draw_scale_bar,
    draw_words,
    new_sheet,
    save,
)

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

    from moonstation.moon.dem import Dem

Values = NDArray[np.float32]
NO_DATA = (0.88, 0.88, 0.88)
GROUND = (0.70, 0.69, 0.67)
_SHADOW = (0.16, 0.35, 0.62)
_LEAST_PATCH = 2e-4  # smallest outlined patch of shadow, as a share of the map
LONG_SIDE_PX = 1000


@dataclass(frozen=True)
class Layer:
    """A raster as a picture needs it: values on the frame's pixels, and the notes that its file carries."""

    name: str
    frame: Frame
    values: Values
    notes: Mapping[str, str]


def map_picture(
    tif: Path,
    dems: Sequence[Dem],
    out_png: Path,
    names: Sequence[Named] = (),
    places: Sequence[Named] = (),
    *,
    shadow: Path | None = None,
    caption: str = "",
    long_side_px: int = LONG_SIDE_PX,
) -> Path:
    """Draw one map of ``moonstation map`` as a PNG; the file appears whole or not at all.

    Parameters
    ----------
    tif : the map, any raster with one band in a projection of the Moon; its stem says the quantity
    dems : elevation models for the hill-shade; without any the ground is drawn flat
    out_png : the picture
    names : features of the gazetteer (name, latitude_deg, longitude_deg, diameter_km), largest first
    places : sites, marked with a triangle
    shadow : a map of permanent shadow to outline and hatch
    caption : period and whatever else a reader should know; without it what the file's own notes say
    long_side_px : pixels of the map's longer side

    Returns
    -------
    The picture's path. Raises TerrainError where a raster cannot be read, RangeError where nothing can be written.
    """
    layer = read_layer(tif, long_side_px)
    overlay = read_layer(shadow, long_side_px) if shadow is not None else None
    _draw(layer, ground_relief(layer.frame, dems), overlay, out_png, (names, places, dems, caption))
    return out_png


def map_pictures(
    tifs: Sequence[Path],
    dems: Sequence[Dem],
    names: Sequence[Named] = (),
    places: Sequence[Named] = (),
    *,
    caption: str = "",
    tell: Callable[[str], None] | None = None,
) -> list[Path]:
    """Draw maps of one area, each as a PNG beside its file; returns their paths.

    Where a map of permanent shadow is among them it is outlined on the others. ``tell`` is called with the name of
    each map before it is drawn. Raises as ``map_picture``.
    """
    made = []
    relief_of: dict[Frame, Relief | None] = {}
    shadow = next((tif for tif in tifs if look_of(tif.stem).scale == "flag"), None)
    overlay = read_layer(shadow) if shadow is not None else None
    for tif in tifs:
        if tell is not None:
            tell(tif.stem)
        layer = read_layer(tif)
        if layer.frame not in relief_of:
            relief_of[layer.frame] = ground_relief(layer.frame, dems)
        out_png = tif.with_suffix(".png")
        _draw(layer, relief_of[layer.frame], overlay, out_png, (names, places, dems, caption))
        made.append(out_png)
    return made


_Words = tuple[Sequence[Named], Sequence[Named], Sequence["Dem"], str]


def _draw(layer: Layer, lit: Relief | None, shadow: Layer | None, out_png: Path, words: _Words) -> None:
    names, places, dems, caption = words
    look = look_of(layer.name, layer.notes.get("long_name", ""), layer.notes.get("units", ""))
    sheet = new_sheet(layer.frame)
    note = ""
    if look.scale == "flag":
        if note := _short_period(layer.notes):
            look = replace(look, title=SHORT_TITLE)
        _draw_flag(sheet, layer, lit)
    else:
        _draw_values(sheet, layer, lit, look)
        if shadow is not None:
            outline_shadow(sheet, shadow)
    finish(sheet, look.title, [caption or _made_of(layer.notes), note], lit, dems, names, places)
    save(sheet, out_png)


def read_layer(tif: Path, long_side_px: int = LONG_SIDE_PX) -> Layer:
    """A raster at the resolution of a picture: the mean of many pixels, or pixels enlarged. Raises TerrainError."""
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.errors import RasterioError

    from moonstation.moon.dem_checks import unreadable

    try:
        with rasterio.open(tif) as source:
            _refuse_strange(tif, source)
            frame = frame_of(source, long_side_px)
            smaller = frame.shape[0] < source.height
            band = source.read(
                1,
                out_shape=frame.shape,
                masked=True,
                out_dtype="float32",
                resampling=Resampling.average if smaller else Resampling.nearest,
            )
            unit = {"units": source.units[0]} if source.units[0] not in (None, "", "1") else {}
            notes = {key.lower(): str(value) for key, value in {**source.tags(), **source.tags(1), **unit}.items()}
    except (RasterioError, OSError) as error:
        raise TerrainError(unreadable(tif, error)) from error
    return Layer(tif.stem, frame, np.ma.filled(band.astype(np.float32), np.nan), notes)


def _refuse_strange(tif: Path, source: DatasetReader) -> None:
    """Raise TerrainError for a raster that is no flat map of the Moon."""
    from moonstation.moon.dem_checks import sphere_faults

    if faults := sphere_faults(tif, source.crs):
        raise TerrainError(faults)
    if not source.crs.is_projected:
        raise TerrainError(
            Fault(str(tif), "is in degrees, which no scale bar fits", hint="project it first: gdalwarp -t_srs")
        )


def ground_relief(frame: Frame, dems: Sequence[Dem]) -> Relief | None:
    """Hill-shade of a frame, or None without terrain."""
    return relief(heights_on(frame, dems), frame.pixel_m) if dems else None


def _draw_values(sheet: Sheet, layer: Layer, lit: Relief | None, look: Look) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm, Normalize

    values = layer.values * np.float32(look.factor)
    low, high = look.ends(values)
    norm = LogNorm(low, high, clip=True) if look.scale == "log" else Normalize(low, high)
    colours = colormaps[look.colours]
    rgb = colours(norm(np.nan_to_num(values, nan=low)))[..., :3]
    rgb = _over_relief(np.where(np.isfinite(values)[..., np.newaxis], rgb, NO_DATA), lit)
    draw_ground(sheet, rgb)
    draw_colour_bar(sheet, ScalarMappable(norm, colours), look)
    if not np.isfinite(values).all():
        draw_key(sheet, [(NO_DATA, "", look.missing)])


def _draw_flag(sheet: Sheet, layer: Layer, lit: Relief | None) -> None:
    """Yes in blue, no in the colour of the ground; the share of the ground is told."""
    known = np.isfinite(layer.values)
    share = np.nan_to_num(layer.values)[..., np.newaxis]
    rgb = np.where(known[..., np.newaxis], np.array(GROUND) * (1.0 - share) + np.array(_SHADOW) * share, NO_DATA)
    draw_ground(sheet, _over_relief(rgb, lit))
    percent = 100.0 * float(layer.values[known].mean()) if known.any() else 0.0
    dark = "not lit in this period" if _short_period(layer.notes) else "never lit"
    entries = [(_SHADOW, "", f"{dark}:\n{percent:.1f} % of the map"), (GROUND, "", "lit at times")]
    draw_key(sheet, entries + ([(NO_DATA, "", "no data")] if not known.all() else []))


def _over_relief(rgb: NDArray[np.floating], lit: Relief | None) -> NDArray[np.floating]:
    return rgb if lit is None else shaded(rgb, lit.shade)


def outline_shadow(sheet: Sheet, shadow: Layer) -> None:
    """Permanent shadow outlined in light blue and hatched, with its key; small patches are left out, and it says so."""
    frame = shadow.frame
    x0, y0, x1, y1 = frame.bounds_m
    rows, cols = shadow.values.shape
    x = x0 + (np.arange(cols) + 0.5) * (x1 - x0) / cols
    y = y1 - (np.arange(rows) + 0.5) * (y1 - y0) / rows
    share = _large_patches(np.nan_to_num(shadow.values))
    if share.max() < 0.5:
        return
    hatched = sheet.axes.contourf(x, y, share, levels=[0.5, 2.0], colors="none", hatches=["////"])
    hatched.set(edgecolor=(0.75, 0.9, 1.0, 0.5), linewidth=0.0)
    sheet.axes.contour(x, y, share, levels=[0.5], colors=[(0.75, 0.9, 1.0)], linewidths=0.9)
    called = "no sunlight in this\nperiod" if _short_period(shadow.notes) else "permanent shadow"
    if (share < 0.5).sum() > (np.nan_to_num(shadow.values) < 0.5).sum():
        least_km2 = _LEAST_PATCH * rows * cols * (frame.pixel_m / frame.scale(*frame.middle_m) / 1e3) ** 2
        called += f",\npatches over {least_km2:.2g} km²"
    draw_key(sheet, [("#4a6d8c", "////", called)])


def _large_patches(share: Values) -> Values:
    """The map of shadow without patches that would only be specks in the picture."""
    from scipy.ndimage import label

    patches, _ = label(share >= 0.5)
    sizes = np.bincount(patches.ravel())
    small = sizes < _LEAST_PATCH * share.size
    small[0] = False
    return np.where(small[patches], np.float32(0.0), share)


def draw_colour_bar(sheet: Sheet, colours: Any, look: Look, foot: float = 0.22, head: float = 1.0) -> None:
    """The colour bar to the right of the map, with its unit, between two parts of the map's height."""
    _, bottom, right, top = sheet.map_box
    (off, _), (thick, _) = sheet.inches(0.78, 0.0), sheet.inches(0.2, 0.0)
    height = top - bottom
    axes = sheet.figure.add_axes((right + off, bottom + foot * height, thick, (head - foot) * height))
    bar = sheet.figure.colorbar(colours, cax=axes)
    bar.set_label(look.unit, fontsize=9.5)
    bar.ax.tick_params(labelsize=8.5)
    bar.outline.set_linewidth(0.5)
    if look.scale == "log":
        from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

        few = np.log10(colours.norm.vmax / colours.norm.vmin) > 2.5
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0)))
        formatter = ScalarFormatter()
        formatter.set_scientific(False)
        bar.ax.yaxis.set_major_formatter(formatter)
        bar.ax.yaxis.set_minor_formatter(NullFormatter())


def draw_key(sheet: Sheet, entries: Sequence[tuple[Any, str, str]]) -> None:
    """Patches with words to the right of the map, under the colour bar."""
    from matplotlib.patches import Patch

    kept = [handle for legend in sheet.figure.legends for handle in legend.legend_handles]
    handles = kept + [
        Patch(facecolor=colour, hatch=hatch, edgecolor="0.8" if hatch else "0.4", label=words)
        for colour, hatch, words in entries
    ]
    for legend in list(sheet.figure.legends):
        legend.remove()
    _, bottom, right, top = sheet.map_box
    at = (right + sheet.inches(0.62, 0.0)[0], bottom if sheet.figure.axes[1:] else top)
    corner = "lower left" if sheet.figure.axes[1:] else "upper left"
    sheet.figure.legend(
        handles=handles, loc=corner, bbox_to_anchor=at, frameon=False, fontsize=8, handlelength=1.2, borderaxespad=0.0
    )


def finish(
    sheet: Sheet,
    title: str,
    caption: Sequence[str],
    lit: Relief | None,
    dems: Sequence[Dem],
    names: Sequence[Named],
    places: Sequence[Named],
) -> None:
    """Graticule, scale bar, north, names and words."""
    draw_graticule(sheet, graticule(sheet.frame))
    draw_scale_bar(sheet)
    north = draw_north(sheet)
    draw_names(sheet, features_of(names), features_of(places))
    terrain = ", ".join(f"{dem.name} ({dem.posting_m:.4g} m)" for dem in dems)
    lines = [*caption, f"{_terrain_words(terrain, lit)} {_scale_words(sheet.frame)} {north}"]
    draw_words(sheet, title, where_words(sheet.frame), [line for line in lines if line])


def _terrain_words(terrain: str, lit: Relief | None) -> str:
    if lit is None:
        return ""
    return (
        f"Relief: {terrain}, lamp {lit.azimuth_deg:g}° clockwise from the map's up, "
        f"{lit.altitude_deg:g}° high, "
        f"heights ×{lit.exaggeration:g}; level ground has the colour of the bar."
    )


def _scale_words(frame: Frame) -> str:
    low, high = (scale / frame.scale(*frame.middle_m) for scale in frame.scale_range())
    words = "Stereographic projection of the sphere of 1737.4 km; the scale bar is true in the middle"
    if max(high - 1.0, 1.0 - low) < 5e-4:
        return f"{words} and to 0.05 % everywhere."
    return f"{words}, elsewhere lengths on the map are ×{low:.3f} to ×{high:.3f}."


def where_words(frame: Frame) -> str:
    """What a frame shows, in words."""
    lat, lon = (float(value) for value in frame.places_of(*frame.middle_m))
    scale = frame.scale(*frame.middle_m)
    width, height = (side / scale / 1e3 for side in frame.size_m)
    size = f"{width:.4g} × {height:.4g} km"
    pole = frame.pole()
    if pole is not None and abs(lat - pole) < 0.05:
        name, up = ("South", "0°") if pole < 0 else ("North", "180°")
        return f"{name} pole of the Moon, {size}, {up} longitude is up"
    return f"{size} round {degrees(lat, 0.01, 'NS')}, {lon % 360.0:.2f}°\u202fE"


def _short_period(notes: Mapping[str, str]) -> str:
    """What to say of shadow over the period that a file tells, where that is too short to call it permanent."""
    try:
        return short_period_note(parse_utc(notes["period_start"]), parse_utc(notes["period_end"]))
    except (KeyError, RangeError):  # a file from elsewhere
        return ""


def _made_of(notes: Mapping[str, str]) -> str:
    """Period, eye and sky-lines of a map as its file tells them."""
    said = []
    step = f", every {notes['step_h']} h" if "step_h" in notes else ""
    if "period_start" in notes and "period_end" in notes:
        said.append(f"Period: {notes['period_start'][:10]} to {notes['period_end'][:10]}{step}.")
    if "eye_height_m" in notes:
        said.append(f"Eye {notes['eye_height_m']} m above the ground.")
    if "elevation_models" in notes:
        said.append(f"Computed over {notes['elevation_models']}.")
    return " ".join(said)
