"""A record of the grid, made once, asked by everybody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    height: int
    width: int
    patch_size: int

    def __post_init__(self):
        if self.height % self.patch_size != 0 or self.width % self.patch_size != 0:
            raise ValueError(f"no patches fit: {self}")

    @property
    def rows(self) -> int:
        return self.height // self.patch_size

    @property
    def columns(self) -> int:
        return self.width // self.patch_size

    def cut(self, images: Tensor) -> Tensor:
        size = self.patch_size
        squares = images.view(images.shape) if images.is_contiguous() else images.contiguous()
        squares = squares.view(*images.shape[:2], self.rows, size, self.columns, size)
        patches = torch.empty(
            len(images),
            self.rows,
            self.columns,
            images.shape[1] * size**2,
            dtype=images.dtype,
            device=images.device,
        )
        return squares.permute(0, 2, 4, 1, 3, 5).contiguous().view(patches.shape).flatten(1, 2)

    def join(self, patches: Tensor) -> Tensor:
        if patches.shape[1] != self.rows * self.columns:
            raise ValueError(f"{patches.shape[1]} patches are not those of {self}")
        size = self.patch_size
        bands = [
            torch.cat(row.unflatten(-1, (-1, size, size)).unbind(1), dim=-1)
            for row in patches.split(self.columns, dim=1)
        ]
        return torch.cat(bands, dim=-2)


def images_to_patches(images: Tensor, patch_size: int) -> Tensor:
    return Grid(*images.shape[-2:], patch_size).cut(images)


def patches_to_images(patches: Tensor, patch_size: int, height: int, width: int) -> Tensor:
    return Grid(height, width, patch_size).join(patches)


class ViT:
    def forward(self, images: Tensor) -> Tensor:
        tokens: Tensor = self.encoder(self.dropout(self.embed(images)))
        match self.pool:
            case "mean":
                return self.head(tokens.mean(dim=-2))
            case "class":
                return self.head(tokens[:, :1].flatten(start_dim=1))
