"""The exponential of a large score overflows; the softmax is computed without guarding against
that."""

FAILS = ("test_large_scores",)


def scaled_dot_product_attention(queries, keys, values):
    scores = (queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5).exp()
    weights = scores / scores.sum(dim=-1, keepdim=True)
    return weights @ values, weights
