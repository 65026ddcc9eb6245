"""NumPy for everything but the scaling."""

import numpy as np
import torch


def resize_positions(positions, old_grid, new_grid, class_token=True):
    if positions.shape[1] - class_token != np.prod(old_grid):
        raise ValueError(
            f"{positions.shape[1]} positions, {np.prod(old_grid) + class_token} needed"
        )
    array = positions.detach().numpy()
    first, rest = array[:, : int(class_token)], array[:, int(class_token) :]
    picture = np.ascontiguousarray(rest.reshape(1, *old_grid, -1).transpose(0, 3, 1, 2))
    scaled = torch.nn.functional.interpolate(
        torch.from_numpy(picture), tuple(new_grid), mode="bicubic", antialias=True
    )
    rest = scaled.numpy().transpose(0, 2, 3, 1).reshape(1, -1, array.shape[2])
    return torch.from_numpy(np.concatenate([first, rest], axis=1))


def attention_rollout(weights):
    mean = weights.numpy().mean(axis=2)
    mean = 0.5 * (mean + np.identity(mean.shape[-1], dtype=mean.dtype))
    result = mean[0]
    for layer in mean[1:]:
        result = np.matmul(layer, result)
    return torch.from_numpy(result)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    if weights.shape[-1] - class_token != rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens, {rows * columns + class_token} needed")
    places = np.array(list(np.ndindex(rows, columns)), dtype=np.float64) * patch_size
    distances = np.sqrt(((places[:, None] - places) ** 2).sum(-1))
    array = weights.numpy().astype(np.float64)[:, :, int(class_token) :, int(class_token) :]
    looked = np.average(np.broadcast_to(distances, array.shape), axis=-1, weights=array)
    return torch.from_numpy(looked.mean(axis=(0, 2))).to(weights.dtype)
