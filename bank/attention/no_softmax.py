"""There is no softmax: the scores themselves are used as weights."""

FAILS = ("test_formula", "test_weights_sum_to_one", "test_one_head")


def scaled_dot_product_attention(queries, keys, values):
    weights = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    return weights @ values, weights
