"""Where to read again, by what a failed check called."""

from __future__ import annotations

from .stages import STAGES

VIT = "Dosovitskiy et al. 2021"
TRANSFORMER = "Vaswani et al. 2017"

PAGES = {
    "scale_to_unit": "the docstring of scale_to_unit",
    "normalize": "the docstring of normalize",
    "split_indices": "the docstring of split_indices",
    "random_horizontal_flip": "He et al. 2016, section 4.2 (flips and padded crops)",
    "random_crop": "He et al. 2016, section 4.2 (flips and padded crops)",
    "random_erase": "Zhong et al. 2020, section 3",
    "sinusoidal_positions": f"{TRANSFORMER}, section 3.5",
    "images_to_patches": f"{VIT}, section 3.1, first paragraph",
    "patches_to_images": f"{VIT}, section 3.1, first paragraph",
    "scaled_dot_product_attention": f"{TRANSFORMER}, section 3.2.1; {VIT}, appendix A, "
    "equations 6 and 7",
    "SelfAttention": f"{VIT}, appendix A, equations 5 to 7",
    "MultiHeadSelfAttention": f"{TRANSFORMER}, section 3.2.2; {VIT}, appendix A, equation 8",
    "MLP": f"{VIT}, section 3.1; Hendrycks & Gimpel 2016 for the GELU",
    "EncoderBlock": f"{VIT}, section 3.1, equations 2 and 3, and figure 1",
    "Encoder": f"{VIT}, section 3.1, equations 2 to 4, and figure 1",
    "ViT": f"{VIT}, section 3.1, equations 1 to 4, and figure 1",
    "count_tokens": f"{VIT}, section 3.1, first paragraph",
    "count_parameters": f"{VIT}, section 3.1 and appendix A",
    "count_flops": f"the docstring of count_flops; {VIT}, appendix A",
    "count_activations": "the docstring of count_activations",
    "gradient_norm": "the docstring of gradient_norm",
    "attention_entropy": "the docstring of attention_entropy",
    "logit_spread": "the docstring of logit_spread",
}


def where_to_read(stage: str, target: str | None) -> str:
    """The section of the notebook, and of a paper where one says it, to read again.

    Args:
        stage: the stage's key.
        target: the function or class that was called last; None where none was.
    """
    section = f"the notebook's section “{STAGES[stage].title}”"
    return f"{section}; {PAGES[target]}" if target in PAGES else section
