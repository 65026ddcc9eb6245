"""The deviation of each class is returned instead of their mean."""

FAILS = ("test_logit_spread",)


def logit_spread(logits):
    return logits.std(dim=0, correction=0)
