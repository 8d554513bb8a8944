"""Write the golden models anew."""

from tests.golden import FOLDER, MODELS, make

for name in MODELS:
    make(name, FOLDER / name)
