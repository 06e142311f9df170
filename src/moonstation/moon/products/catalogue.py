"""The known public elevation models of the Moon: publisher, address, size, licence, and what to cite."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from urllib.parse import urljoin

from moonstation.core.errors import Fault, RangeError


@dataclass(frozen=True, slots=True)
class Product:
    """One published file of heights.

    ``size_bytes`` is the published size, None where unknown; ``posting_m`` the distance of two posts [m];
    ``label_file`` a detached PDS label beside the file, empty where there is none; ``status`` says how far the address
    is documented: "verified" or "pattern"; ``sha256`` is known only where the genuine file was at hand.
    """

    name: str
    title: str
    publisher: str
    base_url: str
    file: str
    label_file: str
    size_bytes: int | None
    posting_m: float
    coverage: str
    licence: str
    reference: str
    documented: str
    status: str
    sha256: str = ""

    def url(self, base: str | None = None) -> str:
        """Address of the file; ``base`` is a mirror's folder instead of the publisher's."""
        return self._at(base, self.file)

    def label_url(self, base: str | None = None) -> str:
        """Address of the label, empty where there is none."""
        return self._at(base, self.label_file) if self.label_file else ""

    def _at(self, base: str | None, file: str) -> str:
        folder = base or self.base_url
        return urljoin(folder if folder.endswith("/") else f"{folder}/", file)


@cache
def products() -> Mapping[str, Product]:
    """All products by name, in the catalogue's order."""
    text = resources.files("moonstation.moon.products").joinpath("catalogue.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    found = {}
    for family in read["families"].values():
        for row in family["products"]:
            found[row["name"]] = Product(
                title=family["title"],
                publisher=family["publisher"],
                base_url=family["base_url"],
                label_file=_label_of(row["file"]) if family["labels"] else "",
                licence=read["licences"][family["licence"]],
                reference=family["reference"],
                documented=family["documented"],
                **{"size_bytes": None, **row},
            )
    return found


def product(name: str) -> Product:
    """The product of that name; RangeError with near names where there is none."""
    known = products()
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}? " if near else ""
        raise RangeError(Fault("NAME", "is no known product", name, hint=f"{hint}`moonstation terrain list` shows all"))
    return known[name]


def _label_of(file: str) -> str:
    """Name of the detached label beside an image: the same stem, in the archive's case."""
    stem, _, suffix = file.rpartition(".")
    return f"{stem}.{'lbl' if suffix.islower() else 'LBL'}"
