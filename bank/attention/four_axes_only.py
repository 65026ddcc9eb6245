"""The axes are counted from the front, so that only tensors with four axes work."""

FAILS = ("test_leading_dimensions", "test_one_head")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.permute(0, 1, 3, 2) / queries.shape[-1] ** 0.5
    weights = scores.softmax(dim=3)
    return weights @ values, weights
