"""The softmax runs over the batch, so that images share one set of weights; it belongs over the
keys."""

FAILS = ("test_formula", "test_weights_sum_to_one", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    weights = scores.softmax(dim=0)
    return weights @ values, weights
