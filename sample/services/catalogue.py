"""The catalogue: every set, the subject of its picture, and its oddity."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from sample.services.subjects import SUBJECTS, name_of
from sample.services.themes import ORPHAN_THEME, RANGES, Range

SEED = 2026
LAST_YEAR = 2025


@dataclass(frozen=True)
class LegoSet:
    """One set.

    theme_id: None where Rebrickable does not list the set. kind and subject: what the picture shows, see SUBJECTS.
    design_of: the number of the set whose design the picture shows: its own, or the original's for a re-release.
    oddity: a key of ODDITIES, or "".
    """

    number: str
    name: str
    year: int
    theme_id: int | None
    parts: int
    kind: str
    subject: str
    design_of: str
    oddity: str = ""

    @property
    def family(self) -> str:
        """Return the number without its variant."""
        return self.number.rsplit("-", 1)[0]


# The flaws of real services: how many sets have each oddity, and what it is.
ODDITIES: dict[str, tuple[int, str]] = {
    "404": (2, "the picture's URL returns 404"),
    "410": (1, "the picture's URL returns 410"),
    "truncated": (2, "the JPEG breaks off in the middle"),
    "page": (2, "the picture's URL returns an HTML page with status 200"),
    "pixel": (1, "the picture is a placeholder of one pixel"),
    "stand-in": (8, "sets of different families share one 'no image' picture"),
    "rotated": (2, "the picture is stored on its side, and its EXIF data says so"),
    "transparent": (2, "the picture is a PNG with a transparent background"),
    "cmyk": (2, "the JPEG is in CMYK"),
    "gray": (3, "the JPEG is in shades of gray"),
    "elsewhere": (12, "Brick Insights has no picture, Rebrickable has one"),
    "nowhere": (6, "neither service has a picture, and Rebrickable's img_url is empty"),
    "broken promise": (3, "Brick Insights has no picture, and Rebrickable's img_url returns 404"),
    "unknown": (12, "Rebrickable does not list the set"),
    "orphan": (6, "themes.csv lacks the set's theme number"),
    "unlisted": (20, "only Rebrickable lists the set"),
}
WITHOUT_PICTURE = {"elsewhere", "nowhere", "broken promise"}

# Real numbers have leading zeros, letters and dots; real names have commas, quotes and letters outside ASCII.
SPELLINGS = (
    LegoSet("0011-2", "Town Figures", 1979, 67, 12, "town", "Family", "0011-2"),
    LegoSet("0016-1", "Castle Guards, 3 Pieces", 1988, 189, 15, "castle", "Guards", "0016-1"),
    LegoSet("B001-1", 'Builder\'s Tub "Everything Fits"', 2004, 467, 240, "pack", "Mixed Bricks", "B001-1"),
    LegoSet("700.1.2-1", "Gift Package (Large), Red/White", 1953, 465, 120, "pack", "Mixed Bricks", "700.1.2-1"),
    LegoSet("K8741-1", "Toa Påkari & Ørn Kit", 2006, 324, 84, "bionicle", "Warrior", "K8741-1"),
    LegoSet("col385-1", "Señor Piñata", 2023, 743, 8, "minifigure", "Cowboy", "col385-1"),
    LegoSet("DUPLO07-1", "Mein großer Bär, 18 Monate+", 1998, 504, 9, "young", "Elephant", "DUPLO07-1"),
    LegoSet("3300014-1", "Café «Chez René», Corner Shop", 2012, 672, 410, "town", "Shop", "3300014-1"),
    LegoSet("042-1", 'The 2 x 4 "Brick", White', 1966, 473, 50, "pack", "2 x 4 Bricks", "042-1"),
    LegoSet("8888-0", "Technic, Ideas & Ünits", 1981, 4, 230, "technic", "Gearbox", "8888-0"),
)

# The least and greatest number of parts of each kind.
PARTS = {"minifigure": (5, 10), "young": (6, 90), "pack": (8, 600), "gear": (1, 3), "bionicle": (25, 170)}


@lru_cache(maxsize=1)
def all_sets() -> dict[str, LegoSet]:
    """Return every set of either service by its number, sorted by number."""
    sets = [lego_set for theme_range in RANGES for lego_set in sets_in(theme_range)]
    sets = with_oddities(sets)
    sets += [*SPELLINGS, *re_releases_and_variants(sets)]
    return {lego_set.number: lego_set for lego_set in sorted(sets, key=lambda lego_set: lego_set.number)}


def at_brick_insights() -> list[LegoSet]:
    """Return the sets that Brick Insights lists."""
    return [lego_set for lego_set in all_sets().values() if lego_set.oddity != "unlisted"]


def at_rebrickable() -> list[LegoSet]:
    """Return the sets that Rebrickable lists."""
    return [lego_set for lego_set in all_sets().values() if lego_set.theme_id is not None]


def sets_in(theme_range: Range) -> Iterator[LegoSet]:
    """Yield the sets of one range, with ascending numbers and gaps, or as variants of one number."""
    rng = Random(f"{SEED}:range {theme_range.first_number}")
    shows = [entry.strip().partition("/") for entry in theme_range.shows.split(",")]
    decks: dict[str, list[str]] = {}
    number = theme_range.first_number
    for index in range(theme_range.sets):
        kind, _, subject = shows[index % len(shows)]
        subject = subject or next_subject(decks, kind, rng)
        full = f"{number}-{index + 1}" if theme_range.series else f"{number}-1"
        year = min(LAST_YEAR, theme_range.first_year + (0 if theme_range.series else index // 4))
        parts = rng.randint(*PARTS.get(kind, (40, 900)))
        yield LegoSet(full, name_of(kind, subject, rng), year, theme_range.theme_id, parts, kind, subject, full)
        number += 0 if theme_range.series else rng.randint(1, 2)


def next_subject(decks: dict[str, list[str]], kind: str, rng: Random) -> str:
    """Return a subject of the kind from a shuffled deck; every subject appears once before any repeats."""
    if not decks.get(kind):
        decks[kind] = rng.sample(SUBJECTS[kind], len(SUBJECTS[kind]))
    return decks[kind].pop()


def with_oddities(sets: list[LegoSet]) -> list[LegoSet]:
    """Return the sets with the oddities of ODDITIES spread over them: one at most per set and per family."""
    last_of_family = {lego_set.family: lego_set for lego_set in sets}
    names = [name for name, (count, _) in ODDITIES.items() for _ in range(count)]
    chosen = Random(f"{SEED}:oddities").sample(sorted(last_of_family), len(names))
    odd = {last_of_family[family].number: name for family, name in zip(chosen, names, strict=True)}
    return [with_oddity(lego_set, odd.get(lego_set.number, "")) for lego_set in sets]


def with_oddity(lego_set: LegoSet, oddity: str) -> LegoSet:
    """Return the set with an oddity and the theme number that the oddity implies."""
    theme_id = {"unknown": None, "orphan": ORPHAN_THEME}.get(oddity, lego_set.theme_id)
    return replace(lego_set, oddity=oddity, theme_id=theme_id)


def re_releases_and_variants(sets: list[LegoSet]) -> Iterator[LegoSet]:
    """Yield re-releases under another number, and second variants of a number, of sets without an oddity."""
    rng = Random(f"{SEED}:again")
    plain = [lego_set for lego_set in sets if not lego_set.oddity]
    taken = {lego_set.family for lego_set in sets}
    for original in rng.sample(plain, 24):
        number = next(n for n in range(int(original.family) + 5000, 10**7) if str(n) not in taken)
        taken.add(str(number))
        yield replace(original, number=f"{number}-1", year=min(LAST_YEAR, original.year + 4))
    for original in rng.sample([lego_set for lego_set in plain if lego_set.kind != "minifigure"], 22):
        yield replace(original, number=f"{original.family}-2", name=f"{original.name} (Box Version)")
