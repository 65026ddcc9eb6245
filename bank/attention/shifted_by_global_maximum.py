"""The scores are shifted by one maximum for all queries; a query whose scores are all much smaller
is left with zeros."""

FAILS = ("test_large_scores",)


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    scores = (scores - scores.max()).exp()
    weights = scores / scores.sum(dim=-1, keepdim=True)
    return weights @ values, weights
