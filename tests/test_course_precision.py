"""16 bits are chosen where they are faster, and only there."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

from course import precision


@pytest.mark.parametrize(
    ("device", "capability", "pays", "dtype"),
    [
        ("cpu", None, False, torch.float32),
        ("cpu", None, True, torch.bfloat16),
        ("cuda", (7, 5), True, torch.float16),
        ("cuda", (8, 0), False, torch.bfloat16),
        ("mps", None, True, torch.float32),
    ],
)
def test_precision_suits_the_device(monkeypatch, device, capability, pays, dtype):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(precision, "bfloat16_pays", lambda: pays)
    assert precision.choose(torch.device(device)) == dtype


def test_bfloat16_is_tried_once():
    assert precision.bfloat16_pays() == precision.bfloat16_pays()
    assert precision.bfloat16_pays.cache_info().misses == 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_are_computed_in_it(dtype):
    left, right = torch.ones(2, 3), torch.ones(3, 2)
    with precision.autocast(torch.device("cpu"), dtype):
        assert (left @ right).dtype == dtype
