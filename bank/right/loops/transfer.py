"""One channel, one pair of patches, one image after the other."""

import math

import torch


def resize_positions(positions, old_grid, new_grid, class_token=True):
    count, needed = positions.shape[1], old_grid[0] * old_grid[1] + (1 if class_token else 0)
    if count != needed:
        raise ValueError(f"got {count} positions, need {needed}")
    result = []
    if class_token:
        result.append(positions[0, 0])
        positions = positions[:, 1:]
    channels = []
    for channel in range(positions.shape[2]):
        picture = positions[0, :, channel].reshape(1, 1, *old_grid)
        channels.append(
            torch.nn.functional.interpolate(
                picture, tuple(new_grid), mode="bicubic", align_corners=False, antialias=True
            )[0, 0]
        )
    for row in range(new_grid[0]):
        for column in range(new_grid[1]):
            result.append(torch.stack([channel[row, column] for channel in channels]))
    return torch.stack(result)[None]


def attention_rollout(weights):
    layers, batch, heads, tokens, _ = weights.shape
    results = []
    for image in range(batch):
        result = None
        for layer in range(layers):
            mixing = torch.zeros(tokens, tokens, dtype=weights.dtype)
            for head in range(heads):
                mixing += weights[layer, image, head] / heads
            for token in range(tokens):
                mixing[token, token] += 1
            mixing /= mixing.sum(1, keepdim=True)
            result = mixing if result is None else mixing.mm(result)
        results.append(result)
    return torch.stack(results)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    skipped = 1 if class_token else 0
    batch, heads, tokens, _ = weights.shape
    if tokens != rows * columns + skipped:
        raise ValueError(f"{tokens} tokens, but {rows * columns + skipped} are needed")
    patches = [(row, column) for row in range(rows) for column in range(columns)]
    result = []
    for head in range(heads):
        total = 0.0
        for image in range(batch):
            table = weights[image, head].tolist()
            for query, (row, column) in enumerate(patches):
                line = table[skipped + query][skipped:]
                looked = sum(
                    weight * math.hypot(row - other[0], column - other[1])
                    for weight, other in zip(line, patches, strict=True)
                )
                total += patch_size * looked / sum(line)
        result.append(total / batch / len(patches))
    return torch.tensor(result, dtype=weights.dtype)
