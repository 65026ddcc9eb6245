"""The roster of the demo class: right in several styles, wrong, broken, late."""

from .students import (
    Student,
    changed,
    in_style,
    solved,
    started_only,
    stubs,
    with_mistake,
    with_mistakes,
)

CLASS = (
    Student("Ada Park", "right, as a textbook prints it", solved, nickname="Quiet Gradient"),
    Student(
        "Bao Nguyen",
        "right, with a strided convolution",
        in_style("strided_convolution"),
        nickname="patchwork",
    ),
    Student("Chidi Okafor", "right, with loops over images", in_style("loops_over_images")),
    Student("Dana Levi", "right, with einops", in_style("einops_and_bernoulli")),
    Student(
        "Emil Berg",
        "one draw for the whole batch",
        with_mistake("data", "flip_one_draw"),
        ("data",),
    ),
    Student(
        "Farah Aziz",
        "pixels of a patch with the channel last",
        with_mistake("patching", "cut_channels_last"),
        ("patching",),
    ),
    Student(
        "Goro Ito", "scores not scaled", with_mistake("attention", "no_scaling"), ("attention",)
    ),
    Student(
        "Hana Kim", "norm after the residual", with_mistake("encoder", "post_norm"), ("encoder",)
    ),
    Student(
        "Ivan Petrov",
        "class token put last",
        with_mistake("vit", "class_token_last"),
        ("vit",),
    ),
    Student(
        "Jun Wu",
        "two mistakes: standard deviation squared, one residual missing",
        with_mistakes(("data", "normalize_by_variance"), ("encoder", "no_mlp_residual")),
        ("data", "encoder"),
    ),
    Student(
        "Kofi Mensah",
        "PyTorch's own attention",
        changed(
            "transformer-attention",
            "    scores = queries @ keys",
            "    return nn.functional.scaled_dot_product_attention(queries, keys, values), None\n"
            "    scores = queries @ keys",
        ),
        ("attention",),
    ),
    Student(
        "Lena Fischer",
        "a syntax error in transformer-attention.py",
        changed("transformer-attention", "def forward(self, tokens", "def forward(self tokens"),
        ("attention",),
    ),
    Student(
        "Mia Rossi",
        "an endless loop in the encoder",
        changed("transformer-student", "for block in self.blocks:", "while True:"),
        ("encoder",),
    ),
    Student("Noor Haddad", "no notebook", solved, notebook="missing"),
    Student("Omar Said", "a notebook cut off in the middle", solved, notebook="broken"),
    Student(
        "Pia Jensen",
        "data and patching only, no weights",
        started_only,
        ("attention", "encoder", "vit", "training"),
        weights="none",
    ),
    Student("Quinn Adams", "right, a day late", solved, late_hours=26),
    Student(
        "Rosa Silva",
        "script in outputs and answers, a forged mark",
        with_mistake("attention", "keys_and_values_swapped"),
        ("attention",),
        notebook="hostile",
    ),
    Student(
        "Sven Olsen",
        "the untouched stubs",
        stubs,
        ("data", "patching", "attention", "encoder", "vit", "training"),
        weights="none",
        notebook="untouched",
    ),
    Student(
        "Tara Nair",
        "weights that were never trained; a notebook called vit-cifar10 (1).ipynb",
        solved,
        ("training",),
        weights="untrained",
        nickname="still at 10 percent",
        notebook="renamed",
    ),
)
