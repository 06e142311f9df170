"""The five fields of the station's science programme."""

#: Science objectives of the International Lunar Research Station as stated in 2025.
FIELDS = ("geology", "astronomy", "sun-earth-moon", "fundamental", "resources")


def field_capability(field: str) -> dict[str, float]:
    """Capability entry by which results and road map count hours of a field."""
    return {f"science_field:{field}": 1.0}
