"""The rollout as it is written in its paper: a layer's from the one below."""

import torch


def resize_positions(positions, old_grid, new_grid, class_token=True):
    if class_token:
        if positions.shape[1] != 1 + old_grid[0] * old_grid[1]:
            raise ValueError(
                f"{positions.shape[1]} positions are not 1 + {old_grid[0]} * {old_grid[1]} = "
                f"{1 + old_grid[0] * old_grid[1]}"
            )
        patches = resize_positions(positions[:, 1:], old_grid, new_grid, class_token=False)
        return torch.hstack([positions[:, :1], patches])
    count = old_grid[0] * old_grid[1]
    if positions.shape[1] != count:
        raise ValueError(f"{positions.shape[1]} positions are not {count}")
    picture = positions.swapaxes(1, 2).reshape(1, -1, *old_grid)
    picture = torch.nn.functional.interpolate(
        picture, list(new_grid), mode="bicubic", align_corners=False, antialias=True
    )
    return picture.reshape(1, positions.shape[2], -1).swapaxes(1, 2)


def attention_rollout(weights):
    *below, last = weights.unbind()
    mixing = torch.lerp(last.mean(1), torch.eye(last.shape[-1]).to(last), 0.5)
    return mixing @ attention_rollout(torch.stack(below)) if below else mixing


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    if class_token:
        if weights.shape[-1] != 1 + rows * columns:
            raise ValueError(f"{weights.shape[-1]} tokens, {1 + rows * columns} needed")
        weights = weights[:, :, 1:, 1:]
        weights = torch.nn.functional.normalize(weights, p=1, dim=-1)
        return mean_attention_distance(weights, rows, columns, patch_size, class_token=False)
    if weights.shape[-1] != rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens, {rows * columns} needed")
    place = torch.arange(rows * columns)
    down, across = place // columns, place % columns
    far = torch.hypot(
        (down[:, None] - down[None]).to(weights), (across[:, None] - across[None]).to(weights)
    )
    return patch_size * torch.stack([(head * far).sum(-1).mean() for head in weights.unbind(1)])
