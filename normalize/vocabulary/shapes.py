"""What stands in each JSON file of the vocabulary: the types that files are checked by.

`plans vocabulary schema` prints them as a JSON schema, for editors that check while one writes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]
PillarCode = Annotated[str, Meta(pattern=r"^\d+$")]
FocusCode = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
RocYear = Annotated[int, Meta(ge=1, le=200)]


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """What all have in common: a field that is not listed is a slip."""


class FormerName(Shape):
    name: Text
    until_roc: RocYear | None = None


class AgencyEntry(Shape):
    """An agency: `aliases` are other names of today, `former` those of before."""

    name: Text
    kind: Literal["district_office", "bureau", "subordinate", "other"]
    parent: Text | None = None
    aliases: list[Text] = []
    former: list[FormerName] = []


class Subordinate(Shape):
    """Offices whose name ends so, and the bureau above them."""

    ends_with: Text
    parent: Text


class AgenciesFile(Shape):
    """`agencies-<city>.json`: a city's government (高雄市政府) and its agencies."""

    government: Text
    agencies: list[AgencyEntry]
    subordinates: list[Subordinate] = []
    about: str = ""


class FocusEntry(Shape):
    """A focus point: `variants` are its wordings in print, `items` headings that stand under it,
    `counterpart` edition -> its focus points that cover the same ground. `seen`, of a draft: how
    many plans print it."""

    code: FocusCode
    text: Text
    variants: list[Text] = []
    items: list[Text] = []
    counterpart: dict[str, list[FocusCode]] = {}
    seen: int | None = None


class PillarEntry(Shape):
    """A pillar; the `opening` one orders the plan itself and has no number."""

    code: PillarCode
    text: Text
    focus: list[FocusEntry]
    opening: bool = False
    variants: list[Text] = []
    seen: int | None = None


class EditionFile(Shape):
    """`taxonomy-<edition>.json`: `years_roc` are the first and last year, null for no bound."""

    edition: Text
    programme: Text
    years_roc: tuple[RocYear | None, RocYear | None]
    pillars: Annotated[list[PillarEntry], Meta(min_length=1)]
    source: str = ""
    notes: str = ""
    unverified: list[str] = []


class UnitEntry(Shape):
    name: Text
    kind: Literal["section", "all_sections", "subordinates", "whole_agency", "other"]
    variants: list[Text] = []


class UnitPattern(Shape):
    """A regular expression for names of a kind."""

    pattern: Text
    kind: Literal["section", "all_sections", "subordinates", "whole_agency", "other"]


class UnitsFile(Shape):
    """`units.json`, or `units-<more>.json` beside it."""

    names: list[UnitEntry]
    patterns: list[UnitPattern] = []
    about: str = ""


class SectionWords(Shape):
    kind: Literal["basis", "goals", "scope", "content", "evaluation"]
    words: Annotated[list[Text], Meta(min_length=1)]


class SectionsFile(Shape):
    """`sections.json`, or `sections-<more>.json` beside it: words of section headings."""

    kinds: list[SectionWords]
    about: str = ""


SHAPES: dict[str, type[Shape]] = {
    "agencies": AgenciesFile,
    "taxonomy": EditionFile,
    "units": UnitsFile,
    "sections": SectionsFile,
}
"""What a file holds, by how its name begins."""


def schema() -> dict[str, Any]:
    """The JSON schema of all of them, under `$defs` by the names of the types."""
    _, defs = msgspec.json.schema_components(SHAPES.values(), ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs}
