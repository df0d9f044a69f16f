"""What the catalogue of procedures is to the system."""

from typing import TYPE_CHECKING, Final

from kernel.part import Container, Part, Service

if TYPE_CHECKING:
    from procedures.catalogue import Catalogue

CATALOGUE: Final["Service[Catalogue]"] = Service("procedures.catalogue")
PART: Final = Part(
    name="procedures",
    models=("procedures.models",),
    services={CATALOGUE.name: "procedures.part:open_catalogue"},
    seeds=("procedures.seed:put_catalogue",),
)


def open_catalogue(container: Container) -> "Catalogue":
    from procedures.catalogue import Catalogue

    catalogue = Catalogue()
    container.watch.on_change(catalogue.forget_all)
    return catalogue
