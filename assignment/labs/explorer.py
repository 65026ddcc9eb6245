"""Attention maps to choose from by hand: image, layer and head."""

import base64
import io
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from labs import attention_maps


class Explorer:
    """Chooses image, layer and head by hand; a still picture of one choice where nothing can move.

    Made for the last line of a cell. Where widgets run (JupyterLab, Colab) it shows menus and
    sliders; elsewhere, and where ipywidgets is not installed, the same picture without them.

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

    def widget(self) -> Any:
        """A box of sliders and the picture they choose.

        Raises:
            ImportError: where ipywidgets is not installed.
        """
        import ipywidgets  # only here: everything else works without it

        layers, count, heads_count = self.weights.shape[:3]
        sliders = [
            ipywidgets.IntSlider(first, 1, last, description=name, continuous_update=False)
            for name, first, last in zip(
                ("image", "layer", "head"), self.first, (count, layers, heads_count), strict=True
            )
        ]
        shown = ipywidgets.Image(value=self.still(*self.first), format="png")

        def redraw(change: object) -> None:
            shown.value = self.still(*(slider.value for slider in sliders))

        for slider in sliders:
            slider.observe(redraw, names="value")
        return ipywidgets.VBox([*sliders, shown])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        still = {
            "image/png": base64.b64encode(self.still(*self.first)).decode("ascii"),
            "text/plain": "attention of image {}, layer {}, head {}".format(*self.first),
        }
        try:
            return dict(self.widget()._repr_mimebundle_()) | still
        except ImportError:
            return still
