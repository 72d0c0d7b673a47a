"""What sets of each kind show, and how such sets are called."""

from random import Random

SUBJECTS: dict[str, list[str]] = {
    "minifigure": [
        *(
            "Knight",
            "Pirate Captain",
            "Chef",
            "Astronaut",
            "Wizard",
            "Witch",
            "Ninja",
            "Cowboy",
            "Diver",
            "Police Officer",
        ),
        *(
            "Firefighter",
            "Clown",
            "Magician",
            "Viking",
            "Racing Driver",
            "Explorer",
            "Surfer",
            "Skater",
            "Tennis Player",
        ),
        *("Football Player", "King", "Princess", "Nurse", "Farmer", "Lumberjack", "Builder", "Samurai", "Gladiator"),
        *(
            "Painter",
            "Sailor",
            "Detective",
            "Super Hero",
            "Villain",
            "Singer",
            "Skeleton",
            "Elf",
            "Scientist",
            "Gardener",
        ),
        *("Robot Fan", "Grandpa"),
    ],
    "technic": [
        *("Race Car", "Truck", "Crane", "Motorcycle", "Helicopter", "Plane", "Gearbox", "Tractor", "Buggy", "Robot"),
        *("Digger", "Dragster"),
    ],
    "bionicle": ["Warrior", "Beast", "Protector", "Villager", "Guardian"],
    "young": [
        *("Big Bricks", "Tower", "Elephant", "Giraffe", "Cow", "Zoo", "Train", "Truck", "Car", "House", "Family"),
        *("Rescuer", "Duck", "Rattle", "Fabuland", "Racing Car"),
    ],
    "pack": [
        *(
            "1 x 1 Bricks",
            "1 x 2 Bricks",
            "2 x 2 Bricks",
            "2 x 3 Bricks",
            "2 x 4 Bricks",
            "1 x 4 Bricks",
            "2 x 4 Plates",
        ),
        *("1 x 2 Plates", "4 x 4 Plates", "2 x 6 Plates", "Roof Tiles 2 x 2", "Roof Tiles 2 x 4", "Round Bricks 1 x 1"),
        *("Mixed Bricks", "Wheels", "Windows", "Creations", "Baseplate", "Technic Beams", "Technic Gears", "Axles"),
    ],
    "town": [
        *("House", "Shop", "Car", "Police Car", "Police Station", "Fire Engine", "Digger", "Helicopter", "Racer"),
        *("Football", "Winter Tree", "Family"),
    ],
    "castle": ["Fortress", "Tower", "Gate", "Guards", "Catapult", "Temple"],
    "space": ["Cruiser", "Rover", "Base", "Fighter"],
    "sea": ["Pirate Ship", "Raft", "Island", "Boat"],
    "rail": ["Steam Engine", "Express", "Wagon"],
    "gear": ["Key Chain", "Mug", "Brick Box"],
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
