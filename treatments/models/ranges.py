"""Database constraints for figures that come as a lowest and a highest value."""

from django.db.models import CheckConstraint, F, Q


def within(name: str, low, high, *, unit: str, only: bool = False) -> CheckConstraint:
    """`{name}_min` and `{name}_max` run from fewest to most between `low` and `high`, or both are left out.

    `only` lets one of them stand alone, for a duration of which only one end is known.
    """
    lowest, highest = f"{name}_min", f"{name}_max"
    # Said in full: a comparison with nothing is neither true nor false, and a constraint lets that pass.
    both = Q(**{f"{lowest}__isnull": False, f"{highest}__isnull": False})
    in_order = both & Q(**{f"{lowest}__gte": low, f"{highest}__lte": high, f"{lowest}__lte": F(highest)})
    neither = Q(**{f"{lowest}__isnull": True, f"{highest}__isnull": True})
    one_end = Q(**{f"{lowest}__isnull": True, f"{highest}__gte": low, f"{highest}__lte": high}) | Q(
        **{f"{highest}__isnull": True, f"{lowest}__gte": low, f"{lowest}__lte": high}
    )
    label = name.replace("_", " ")
    return CheckConstraint(
        condition=in_order | neither | one_end if only else in_order | neither,
        name=f"{name}_run_from_least_to_most",
        violation_error_message=(
            f"The lowest and highest {label} must both be given, lowest first, between {low} and {high} {unit}."
        ),
    )
