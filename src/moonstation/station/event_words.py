"""Names and words of the events that the kernel reports, by their code."""

from __future__ import annotations

from moonstation.station import packed

#: Events by which an asset is lost.
LOST_CODES = (packed.EV_LOST_COLD, packed.EV_LOST_HOT, packed.EV_LOST_STARVED, packed.EV_LOST_HOUSED)
EVENT_KINDS = {
    packed.EV_LANDED: "landed",
    packed.EV_ENDED: "ended",
    packed.EV_MODE: "mode",
    packed.EV_LOST_COLD: "lost-cold",
    packed.EV_LOST_HOT: "lost-heat",
    packed.EV_LOST_STARVED: "lost-starved",
    packed.EV_LOST_HOUSED: "lost-housed",
    packed.EV_UNSERVED: "critical-unserved",
    packed.EV_SERVED: "critical-served",
    packed.EV_SPILL: "recorder-full",
    packed.EV_SPILL_END: "recorder-free",
    packed.EV_DELIVERY: "delivery",
    packed.EV_DELIVERY_OVERFLOW: "delivery-overflow",
    packed.EV_GO: "landing-go",
    packed.EV_NO_GO: "landing-waits",
    packed.EV_CANCELLED: "landing-cancelled",
    packed.EV_LEFT: "people-left-early",
    packed.EV_STRANDED: "people-stranded",
}
DETAILS = {
    "landed": "comes alive",
    "ended": "leaves service",
    "lost-cold": "lost: colder than it survives",
    "lost-heat": "lost: hotter than it survives",
    "lost-starved": "lost: unserved for too long",
    "lost-housed": "lost with the body that carried it",
    "critical-unserved": "critical loads not all served",
    "critical-served": "critical loads all served again",
    "recorder-full": "data begins to be lost",
    "recorder-free": "no more data lost",
    "delivery": "landed with a mission",
    "delivery-overflow": "no room in the stores for a part of the delivery",
}
