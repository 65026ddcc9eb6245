"""The division by the square root of d comes after the softmax, where it belongs before."""

FAILS = ("test_formula", "test_weights_sum_to_one", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    weights = (queries @ keys.transpose(-2, -1)).softmax(dim=-1) / queries.shape[-1] ** 0.5
    return weights @ values, weights
