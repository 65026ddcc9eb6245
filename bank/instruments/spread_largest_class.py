"""The class that differs most stands for all of them."""

FAILS = ("test_logit_spread",)


def logit_spread(logits):
    return logits.std(dim=0, correction=0).max()
