"""The shape of the figures file: numbers that documents give, each with what it counts, where, and how exactly."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from tracker import domain
from tracker.registry.provinces import WHOLE, province_of
from tracker.registry.seedmodels import Entry, IsoDate, parse_followers

Counted = Literal["icc", "cities_with_icc", "provinces_with_icc", "cloaked_accounts", "accounts"]
FigureLevel = Literal["province", "city", "county", "district", "below_province"]
Count = Annotated[int, Field(ge=0)]


def _place(text: str) -> str:
    if text != WHOLE and province_of(text) is None:
        raise ValueError(
            f"{text!r}; expected '{WHOLE}', or a place that ends with a province, as 'Wuhan, Hubei'"
        )
    return text


class FigureEntry(Entry):
    """A number in `figures.yml`; its id is its key there.

    `lower` and `upper` follow from `as_published` where that is a figure ("over 70" bounds from below only). Where it
    is words ("dozens"), they may be given; what nobody gave stays open.
    """

    counted: Counted
    place: Annotated[str, AfterValidator(_place)]
    level: FigureLevel | None = None
    as_published: str
    lower: Count | None = None
    upper: Count | None = None
    on: IsoDate | None = None
    document: str
    where: str
    says: Annotated[str, Field(max_length=600)]

    @model_validator(mode="after")
    def _bounds_are_those_of_the_words(self) -> "FigureEntry":
        read = _bounds(self.as_published)
        for name, given in (("lower", self.lower), ("upper", self.upper)):
            if read and given is not None and given != read[name]:
                raise ValueError(f"{name} {given}; {self.as_published!r} gives {read[name]}")
        if self.lower is not None and self.upper is not None and self.upper < self.lower:
            raise ValueError(f"upper {self.upper} is below lower {self.lower}")
        return self

    def value(self) -> domain.PublishedFigure:
        """Return the figure with its bounds."""
        fields = self.model_dump() | _bounds(self.as_published) | {"level": self.level or ""}
        return domain.PublishedFigure(**fields)


def _bounds(as_published: str) -> dict[str, int | None]:
    """Return `lower` and `upper` of a published figure, or nothing where it is words without a number."""
    try:
        read = parse_followers(as_published, on=None)
    except ValueError:
        return {}
    return {"lower": read.lower, "upper": read.upper}
