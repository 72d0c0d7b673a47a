"""What sets of each kind show, and how they are named."""

from random import Random


def names(text: str) -> list[str]:
    """Return the names in a text that separates them by commas."""
    return [name.strip() for name in text.split(",")]


# kind: its subjects. sample.models.designs builds each of them.
SUBJECTS: dict[str, list[str]] = {
    "minifigure": names(
        """
        Knight, Pirate Captain, Chef, Astronaut, Wizard, Witch, Ninja, Cowboy, Diver, Police Officer,
        Firefighter, Clown, Magician, Viking, Racing Driver, Explorer, Surfer, Skater, Tennis Player,
        Football Player, King, Princess, Nurse, Farmer, Lumberjack, Builder, Samurai, Gladiator, Painter,
        Sailor, Detective, Super Hero, Villain, Singer, Skeleton, Elf, Scientist, Gardener, Robot Fan,
        Grandpa
        """
    ),
    "technic": names(
        """
        Race Car, Truck, Crane, Motorcycle, Helicopter, Plane, Gearbox, Tractor, Buggy, Robot, Digger,
        Dragster
        """
    ),
    "bionicle": names("Warrior, Beast, Protector, Villager, Guardian"),
    "young": names(
        """
        Big Bricks, Tower, Elephant, Giraffe, Cow, Zoo, Train, Truck, Car, House, Family, Rescuer, Duck,
        Rattle, Fabuland, Racing Car
        """
    ),
    "pack": names(
        """
        1 x 1 Bricks, 1 x 2 Bricks, 2 x 2 Bricks, 2 x 3 Bricks, 2 x 4 Bricks, 1 x 4 Bricks, 2 x 4 Plates,
        1 x 2 Plates, 4 x 4 Plates, 2 x 6 Plates, Roof Tiles 2 x 2, Roof Tiles 2 x 4, Round Bricks 1 x 1,
        Mixed Bricks, Wheels, Windows, Creations, Baseplate, Technic Beams, Technic Gears, Axles
        """
    ),
    "town": names(
        """
        House, Shop, Car, Police Car, Police Station, Fire Engine, Digger, Helicopter, Racer, Football,
        Winter Tree, Family
        """
    ),
    "castle": names("Fortress, Tower, Gate, Guards, Catapult, Temple"),
    "space": names("Cruiser, Rover, Base, Fighter"),
    "sea": names("Pirate Ship, Raft, Island, Boat"),
    "rail": names("Steam Engine, Express, Wagon"),
    "gear": names("Key Chain, Mug, Brick Box"),
}

ADJECTIVES = {
    "minifigure": ("", "", "", "", "Brave", "Happy", "Wild", "Old", "Royal", "Galactic"),
    "technic": ("", "", "Pneumatic", "Motorized", "Heavy-Duty", "Compact", "Off-Road", "Universal"),
    "bionicle": ("Toa", "Rahi", "Stone", "Fire", "Ice", "Jungle", "Water", "Storm", "Shadow"),
    "young": ("My First", "Happy", "Little", "Big", "Busy", "Fun with the", "Colourful"),
    "pack": ("", "", "", "Supplementary", "Extra"),
    "town": ("", "City", "Corner", "Sunny", "Town", "Highway"),
    "castle": ("King's", "Black Falcon's", "Hidden", "Lion", "Dragon", "Royal"),
    "space": ("Galaxy", "Star", "Lunar", "Cosmic", "Delta", "Ice"),
    "sea": ("Captain's", "Skull", "Lagoon", "Renegade"),
    "rail": ("", "Freight", "Holiday", "Crossing"),
    "gear": ("", "Red", "Classic", "Mini"),
}
ENDINGS = {
    "pack": ("", "", ", 50 Pieces", " (Assorted)"),
    "bionicle": (" Vakan", " Oruu", " Nuvak", " Teli", " Krahn", " Ihol"),
}


def name_of(kind: str, subject: str, rng: Random) -> str:
    """Return a name for a set of this kind that shows this subject."""
    first, last = rng.choice(ADJECTIVES[kind]), rng.choice(ENDINGS.get(kind, ("", "", "", " Set", " II")))
    return f"{first} {subject}{last}".strip()
