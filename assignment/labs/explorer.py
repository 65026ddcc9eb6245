"""Attention maps to choose from by hand: image, layer and head."""

import io
from typing import Any

from IPython.display import Image, display
from matplotlib.figure import Figure
from torch import Tensor

from labs import attention_maps


class Explorer:
    """Chooses image, layer and head by hand.

    Made for the last line of a cell. The picture is an ordinary one, and stays in the notebook;
    where widgets run (JupyterLab, Colab), sliders above it change it.

    Args:
        images: (count, channels, height, width), uint8 or from 0 to 1.
        weights: (layers, count, heads, tokens, tokens), what `collect` gives.
        grid: rows and columns of the patches.
        layer, head: the first choice, counted from 1.
    """

    def __init__(
        self,
        images: Tensor,
        weights: Tensor,
        grid: attention_maps.Grid,
        layer: int = 1,
        head: int = 1,
    ) -> None:
        self.images, self.weights, self.grid = images, weights, grid
        self.first = (1, layer, head)

    def draw(self, image: int, layer: int, head: int) -> Figure:
        """The picture of one choice, all counted from 1."""
        return attention_maps.one_head(
            self.images[image - 1], self.weights[:, image - 1], self.grid, layer, head
        )

    def still(self, *choice: int) -> bytes:
        """The same as PNG."""
        stream = io.BytesIO()
        self.draw(*choice).savefig(stream, format="png", dpi=90)
        return stream.getvalue()

    def sliders(self) -> list[Any]:
        """A slider each for image, layer and head.

        Raises:
            ImportError: where ipywidgets is not installed.
        """
        import ipywidgets  # only here: everything else works without it

        layers, count, heads = self.weights.shape[:3]
        names, lasts = ("image", "layer", "head"), (count, layers, heads)
        return [
            ipywidgets.IntSlider(first, 1, last, description=name, continuous_update=False)
            for name, first, last in zip(names, self.first, lasts, strict=True)
        ]

    def _ipython_display_(self) -> None:
        try:
            sliders = self.sliders()
        except ImportError:
            sliders = []
        for slider in sliders:
            view = slider._repr_mimebundle_()
            display(view | {"text/plain": f"(a slider: {slider.description})"}, raw=True)
        picture = display(Image(self.still(*self.first)), display_id=True)

        def redraw(change: object) -> None:
            picture.update(Image(self.still(*(slider.value for slider in sliders))))

        for slider in sliders:
            slider.observe(redraw, names="value")
