"""The scores are clamped so that they do not overflow; that makes large scores equal that were
not."""

FAILS = ("test_large_scores",)


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    weights = scores.clamp(-50, 50).softmax(dim=-1)
    return weights @ values, weights
