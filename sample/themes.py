"""The themes of the catalogue, by Rebrickable's numbers and names, and what is sold under each of them."""

from typing import NamedTuple


class Theme(NamedTuple):
    """One row of Rebrickable's themes.csv."""

    id: int
    name: str
    parent_id: int | None


class Range(NamedTuple):
    """Sets of one theme: how many, from which number and year on, what they show in turn ("kind" or "kind/subject").

    figures: 0, or how many share one number as variants -1, -2, ... (collectible series).
    """

    theme_id: int
    sets: int
    first_number: int
    first_year: int
    shows: str
    figures: int = 0


THEMES = (
    Theme(1, "Technic", None),
    Theme(4, "Expert Builder", 1),
    Theme(18, "Star Wars", 1),
    Theme(20, "Throwbot Slizer", 1),
    Theme(21, "Universal Building Set", 1),
    Theme(22, "Creator", None),
    Theme(50, "Town", None),
    Theme(52, "City", None),
    Theme(56, "Construction", 52),
    Theme(58, "Fire", 52),
    Theme(61, "Police", 52),
    Theme(67, "Classic Town", 50),
    Theme(112, "Racers", None),
    Theme(114, "Ferrari", 112),
    Theme(126, "Space", None),
    Theme(128, "Blacktron I", 126),
    Theme(130, "Classic Space", 126),
    Theme(133, "Ice Planet 2002", 126),
    Theme(147, "Pirates", None),
    Theme(148, "Pirates I", 147),
    Theme(158, "Star Wars", None),
    Theme(171, "Ultimate Collector Series", 158),
    Theme(186, "Castle", None),
    Theme(189, "Classic Castle", 186),
    Theme(196, "Kingdoms", 186),
    Theme(199, "Lion Knights", 186),
    Theme(206, "Seasonal", None),
    Theme(227, "Christmas", 206),
    Theme(233, "Train", None),
    Theme(234, "12V", 233),
    Theme(236, "9V", 233),
    Theme(246, "Harry Potter", None),
    Theme(254, "Bulk Bricks", None),
    Theme(258, "Mindstorms", None),
    Theme(259, "NXT", 258),
    Theme(262, "EV3", 258),
    Theme(279, "4 Juniors", None),
    Theme(280, "Jack Stone", 279),
    Theme(296, "Adventurers", None),
    Theme(297, "Desert", 296),
    Theme(324, "Bionicle", None),
    Theme(360, "Protectors", 324),
    Theme(365, "System", None),
    Theme(369, "Jumbo Bricks", 365),
    Theme(371, "Supplemental", 365),
    Theme(390, "Fabuland", None),
    Theme(400, "Hero Factory", None),
    Theme(401, "Heroes", 400),
    Theme(403, "Villains", 400),
    Theme(435, "Ninjago", None),
    Theme(440, "Primo", None),
    Theme(441, "Quatro", None),
    Theme(443, "Service Packs", None),
    Theme(453, "Technic", 443),
    Theme(458, "Sports", None),
    Theme(462, "Soccer", 458),
    Theme(465, "Universal Building Set", None),
    Theme(467, "Basic", 465),
    Theme(473, "Supplemental", 465),
    Theme(475, "Western", None),
    Theme(494, "Friends", None),
    Theme(501, "Gear", None),
    Theme(503, "Key Chain", 501),
    Theme(504, "Duplo", None),
    Theme(505, "Basic Set", 504),
    Theme(506, "Cars", 754),
    Theme(507, "Educational and Dacta", None),
    Theme(509, "SPIKE", 507),
    Theme(516, "Duplo and Explore", 507),
    Theme(518, "Mindstorms", 507),
    Theme(524, "Service Packs", 507),
    Theme(525, "Technic", 524),
    Theme(526, "Soft Bricks", 507),
    Theme(528, "Supplemental", 507),
    Theme(529, "Technic", 507),
    Theme(534, "Universal Building Set", 507),
    Theme(535, "Collectible Minifigures", None),
    Theme(536, "Series 1 Minifigures", 535),
    Theme(537, "Series 2 Minifigures", 535),
    Theme(538, "Series 3 Minifigures", 535),
    Theme(541, "Series 6 Minifigures", 535),
    Theme(545, "Series 10 Minifigures", 535),
    Theme(546, "Team GB", 535),
    Theme(549, "The LEGO Movie", 535),
    Theme(551, "Series 13 Minifigures", 535),
    Theme(555, "Disney Series 1", 535),
    Theme(591, "Juniors", None),
    Theme(621, "Classic", None),
    Theme(622, "Series 18 Minifigures", 535),
    Theme(631, "Thomas & Friends", 504),
    Theme(632, "Town", 504),
    Theme(634, "Trains", 504),
    Theme(636, "My Town", 632),
    Theme(666, "Zooters", 504),
    Theme(672, "Creator 3-in-1", 22),
    Theme(681, "Series 19 Minifigures", 535),
    Theme(684, "DC Super Heroes", 535),
    Theme(713, "VIDIYO", None),
    Theme(733, "Houseware", 501),
    Theme(743, "Series 24 Minifigures", 535),
    Theme(754, "Disney", 504),
)

RANGES = (
    Range(536, 16, 8683, 2010, "minifigure", figures=16),
    Range(537, 16, 8684, 2010, "minifigure", figures=16),
    Range(538, 16, 8803, 2011, "minifigure", figures=16),
    Range(541, 16, 8827, 2012, "minifigure", figures=16),
    Range(546, 9, 8909, 2012, "minifigure", figures=9),
    Range(545, 17, 71001, 2013, "minifigure", figures=17),
    Range(549, 16, 71004, 2014, "minifigure", figures=16),
    Range(551, 16, 71008, 2015, "minifigure", figures=16),
    Range(555, 18, 71012, 2016, "minifigure", figures=18),
    Range(622, 17, 71021, 2018, "minifigure", figures=17),
    Range(681, 15, 71025, 2019, "minifigure", figures=15),
    Range(684, 10, 71026, 2020, "minifigure", figures=10),
    Range(743, 10, 71037, 2023, "minifigure", figures=10),
    Range(1, 82, 42000, 2013, "technic"),
    Range(4, 12, 850, 1977, "technic"),
    Range(18, 5, 8000, 2000, "bionicle"),
    Range(20, 8, 8500, 1999, "bionicle"),
    Range(21, 5, 8020, 1984, "technic, technic/Gearbox, pack/Technic Gears, pack/Technic Beams"),
    Range(324, 30, 8531, 2001, "bionicle"),
    Range(360, 6, 70778, 2015, "bionicle/Protector"),
    Range(401, 10, 44000, 2013, "bionicle/Warrior"),
    Range(403, 6, 44026, 2014, "bionicle/Beast, bionicle"),
    Range(262, 5, 45560, 2013, "technic/Robot, technic/Robot, technic/Gearbox"),
    Range(259, 4, 9797, 2006, "technic/Robot"),
    Range(504, 19, 10840, 2017, "young"),
    Range(505, 13, 2360, 1990, "young/Big Bricks, young/Tower, young, young/Big Bricks, pack/2 x 2 Bricks"),
    Range(632, 14, 5630, 2008, "young/House, young/Car, young/Family, young"),
    Range(636, 12, 10500, 2013, "young/House, young/Truck, young/Family"),
    Range(634, 12, 2700, 1993, "young/Train"),
    Range(506, 12, 5813, 2010, "young/Racing Car, young/Car"),
    Range(631, 5, 5543, 2005, "young/Train"),
    Range(666, 7, 3090, 2001, "young/Elephant, young/Giraffe, young/Zoo"),
    Range(754, 5, 10595, 2015, "young/Family, young/House"),
    Range(280, 12, 4600, 2001, "young/Rescuer, young/Truck, town/Car"),
    Range(440, 8, 2080, 1996, "young/Duck, young/Rattle, young/Tower"),
    Range(441, 6, 5350, 2004, "young/Big Bricks"),
    Range(390, 14, 3620, 1979, "young/Fabuland"),
    Range(254, 40, 10001, 2001, "pack, pack, pack, pack/Mixed Bricks"),
    Range(443, 13, 5100, 1987, "pack, pack/Wheels, pack/Windows"),
    Range(453, 9, 5260, 1990, "pack/Technic Beams, pack/Technic Gears, pack/Axles"),
    Range(467, 10, 300, 1985, "pack/Mixed Bricks, pack/Creations, town/Car"),
    Range(473, 8, 801, 1980, "pack/Wheels, pack/Windows, pack/Mixed Bricks"),
    Range(621, 14, 10692, 2015, "pack/Mixed Bricks, pack/Creations, pack/Mixed Bricks, pack/Baseplate, town/House"),
    Range(67, 14, 6360, 1983, "town/House, town/Car, town/Shop, town/Helicopter"),
    Range(61, 10, 7230, 2005, "town/Police Car, town/Police Station, town/Helicopter"),
    Range(58, 10, 60000, 2013, "town/Fire Engine, town/Fire Engine, town/Car"),
    Range(56, 8, 7630, 2009, "town/Digger, town/Car"),
    Range(189, 8, 6040, 1979, "castle"),
    Range(199, 8, 6073, 1985, "castle"),
    Range(196, 8, 7946, 2010, "castle"),
    Range(130, 10, 891, 1979, "space"),
    Range(128, 7, 6870, 1987, "space"),
    Range(133, 7, 6814, 1993, "space/Rover, space"),
    Range(158, 22, 75000, 2013, "space, space/Fighter"),
    Range(171, 4, 10129, 2003, "space/Fighter"),
    Range(148, 14, 6260, 1989, "sea/Pirate Ship, sea/Raft, sea/Island"),
    Range(236, 8, 4510, 1991, "rail"),
    Range(234, 4, 7720, 1980, "rail"),
    Range(672, 14, 31000, 2013, "town/House, town/Car, sea/Boat, town/Helicopter, space/Fighter"),
    Range(22, 4, 4930, 2007, "town/House, town/Car"),
    Range(114, 5, 8650, 2004, "town/Racer"),
    Range(112, 4, 8380, 2002, "town/Racer"),
    Range(503, 20, 850680, 2008, "gear/Key Chain"),
    Range(733, 8, 853900, 2012, "gear/Mug, gear/Brick Box"),
    Range(494, 9, 41000, 2013, "town/House, town/Shop"),
    Range(435, 9, 70500, 2013, "castle/Tower, town/Racer, space/Fighter"),
    Range(297, 7, 5900, 1998, "castle/Temple, town/Car"),
    Range(462, 7, 3400, 2000, "town/Football"),
    Range(246, 7, 4700, 2001, "castle/Tower, rail, town/Shop"),
    Range(227, 8, 40050, 2013, "town/House, town/Winter Tree"),
    Range(475, 4, 6750, 1996, "town/Shop"),
    Range(525, 10, 970600, 1996, "pack/Technic Gears, pack/Axles, pack/Technic Beams"),
)

ORPHAN_THEME = 9001  # the theme number that sets name but themes.csv lacks


def path_of(theme_id: int) -> str:
    """Return a theme's full name, "Duplo / Disney / Cars"."""
    rows = {theme.id: theme for theme in THEMES}
    names: list[str] = []
    following: int | None = theme_id
    while following is not None:
        names.insert(0, rows[following].name)
        following = rows[following].parent_id
    return " / ".join(names)
