"""The catalogue: every set, what its picture shows, and what is awkward about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from sample.subjects import SUBJECTS, name_of
from sample.themes import ORPHAN_THEME, RANGES, Range

SEED = 2026
LAST_YEAR = 2025


@dataclass(frozen=True)
class LegoSet:
    """One set. like: the number of the set whose design it shows (its own, unless it is a re-release).

    theme_id: None where Rebrickable does not know the set. oddity: a key of ODDITIES, or "".
    """

    number: str
    name: str
    year: int
    theme_id: int | None
    parts: int
    kind: str
    subject: str
    like: str
    oddity: str = ""

    @property
    def family(self) -> str:
        """Return the number without its variant."""
        return self.number.rsplit("-", 1)[0]


# What real services hold beside good answers: how many sets have each oddity, and what it is.
ODDITIES: dict[str, tuple[int, str]] = {
    "404": (2, "the picture's address answers 404"),
    "410": (1, "the picture's address answers 410"),
    "truncated": (2, "the JPEG breaks off in the middle"),
    "page": (2, "the picture's address answers an HTML page, with status 200"),
    "pixel": (1, "the picture is a placeholder of one pixel"),
    "stand-in": (8, "sets of different families share one 'no image' picture"),
    "rotated": (2, "the picture lies on its side and its EXIF data says so"),
    "transparent": (2, "the picture is a PNG with a transparent background"),
    "cmyk": (2, "the JPEG is in CMYK"),
    "gray": (3, "the JPEG is in shades of gray"),
    "elsewhere": (12, "Brick Insights has no picture, Rebrickable has"),
    "nowhere": (6, "neither has a picture and Rebrickable's img_url is empty"),
    "broken promise": (3, "Brick Insights has no picture, Rebrickable's img_url answers 404"),
    "unknown": (12, "Rebrickable does not know the set"),
    "orphan": (6, "the set's theme number is missing in themes.csv"),
    "unlisted": (20, "only Rebrickable knows the set"),
}
WITHOUT_PICTURE = {"elsewhere", "nowhere", "broken promise"}

# Numbers and names as real ones are spelt: leading zeros, letters, dots; commas, quotes, letters outside ASCII.
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

PARTS = {"minifigure": (5, 10), "young": (6, 90), "pack": (8, 600), "gear": (1, 3), "bionicle": (25, 170)}


@lru_cache(maxsize=1)
def all_sets() -> dict[str, LegoSet]:
    """Return every set of either service by its number, sorted by number."""
    sets = [one for sold in RANGES for one in sold_in(sold)]
    sets = with_oddities(sets)
    sets += [*SPELLINGS, *again(sets)]
    return {one.number: one for one in sorted(sets, key=lambda one: one.number)}


def at_brick_insights() -> list[LegoSet]:
    """Return the sets that Brick Insights lists."""
    return [one for one in all_sets().values() if one.oddity != "unlisted"]


def at_rebrickable() -> list[LegoSet]:
    """Return the sets that Rebrickable lists."""
    return [one for one in all_sets().values() if one.theme_id is not None]


def sold_in(sold: Range) -> Iterator[LegoSet]:
    """Yield the sets of one range, numbered upwards with gaps, or as variants of one number."""
    rng = Random(f"{SEED}:range {sold.first_number}")
    shows = [entry.strip().partition("/") for entry in sold.shows.split(",")]
    decks: dict[str, list[str]] = {}
    number = sold.first_number
    for index in range(sold.sets):
        kind, _, subject = shows[index % len(shows)]
        subject = subject or dealt(decks, kind, rng)
        full = f"{number}-{index + 1}" if sold.figures else f"{number}-1"
        year = min(LAST_YEAR, sold.first_year + (0 if sold.figures else index // 4))
        parts = rng.randint(*PARTS.get(kind, (40, 900)))
        yield LegoSet(full, name_of(kind, subject, rng), year, sold.theme_id, parts, kind, subject, full)
        number += 0 if sold.figures else rng.randint(1, 2)


def dealt(decks: dict[str, list[str]], kind: str, rng: Random) -> str:
    """Return a subject of the kind; every one is dealt once before one comes again."""
    if not decks.get(kind):
        decks[kind] = rng.sample(SUBJECTS[kind], len(SUBJECTS[kind]))
    return decks[kind].pop()


def with_oddities(sets: list[LegoSet]) -> list[LegoSet]:
    """Return the sets, as many of them odd as ODDITIES says, in no more than one way and one variant a number."""
    odd: dict[str, str] = {}
    one_a_number = {one.family: one for one in sets}
    names = [name for name, (count, _) in ODDITIES.items() for _ in range(count)]
    chosen = Random(f"{SEED}:oddities").sample(sorted(one_a_number), len(names))
    odd = {one_a_number[family].number: name for family, name in zip(chosen, names, strict=True)}
    return [made_odd(one, odd.get(one.number, "")) for one in sets]


def made_odd(one: LegoSet, oddity: str) -> LegoSet:
    """Return the set with an oddity, and with the theme number that goes with it."""
    theme_id = {"unknown": None, "orphan": ORPHAN_THEME}.get(oddity, one.theme_id)
    return replace(one, oddity=oddity, theme_id=theme_id)


def again(sets: list[LegoSet]) -> Iterator[LegoSet]:
    """Yield re-releases under another number, and second variants of a number, of sets with a plain picture."""
    rng = Random(f"{SEED}:again")
    plain = [one for one in sets if not one.oddity]
    taken = {one.family for one in sets}
    for one in rng.sample(plain, 24):
        number = next(n for n in range(int(one.family) + 5000, 10**7) if str(n) not in taken)
        taken.add(str(number))
        yield replace(one, number=f"{number}-1", year=min(LAST_YEAR, one.year + 4))
    for one in rng.sample([one for one in plain if one.kind != "minifigure"], 22):
        yield replace(one, number=f"{one.family}-2", name=f"{one.name} (Box Version)")
