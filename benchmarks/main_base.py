"""The main base of the ILRS alone, taken out of the shipped scenario: the size of station that the bar speaks of."""

from __future__ import annotations

import json
import re

from moonstation.scenario.reading import library

#: Its relay, its parts, and the visit that comes when they are all there.
MISSIONS = ("Queqiao-2", "ILRS-1", "ILRS-2", "ILRS-3", "Crewed landing 3")
#: From the day after its last part has landed.
START, END = "2033-06-11", "2043-06-11"


def main_base() -> str:
    """Scenario of the base over ten years at ten minutes; every part of it lands in the first step or later."""
    text = library()["ilrs"].read_text("utf-8")
    for key, value in (("start", START), ("end", END), ("name", '"main-base"')):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text, count=1)
    blocks = re.split(r"(?m)^(?=\[(?!deliveries\.))", text)  # a table within a delivery is a part of it
    return "".join(_without_others(block) for block in blocks if _is_of_the_base(block))


def _is_of_the_base(block: str) -> bool:
    """Whether a table belongs to it: its own site, missions and what they bring; what all sites share."""
    head = block.partition("]")[0].lstrip("[")
    if head.startswith("sites."):
        return head == "sites.ridge"
    named = re.search(r'(?m)^name = "(.*)"' if head == "missions" else r'(?m)^mission = "(.*)"', block)
    return head != "milestones" and (named is None or named[1] in MISSIONS)


def _without_others(block: str) -> str:
    """The same table, waiting for no mission that is left out."""

    def kept(found: re.Match[str]) -> str:
        names = [name for name in re.findall(r'"([^"]*)"', found[1]) if name in MISSIONS]
        return f"requires = {json.dumps(names)}"

    return re.sub(r"(?m)^requires = \[(.*)\].*$", kept, block)
