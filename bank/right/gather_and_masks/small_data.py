import torch


def shift_images(images, shift):
    height, width = images.shape[2:]
    rows = torch.arange(height, device=images.device).view(-1, 1)
    columns = torch.arange(width, device=images.device).view(1, -1)
    result = images
    for down, right in [(-1, -1), (-1, 1), (1, -1), (1, 1)]:
        y, x = rows - down * shift, columns - right * shift
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        moved = images[:, :, y.clamp(0, height - 1), x.clamp(0, width - 1)]
        result = torch.cat([result, torch.where(inside, moved, 0)], dim=1)
    return result


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, _ = tokens.shape
        if count <= 1:
            raise ValueError(f"{count} token")
        others = torch.arange(count, device=tokens.device).expand(count, count)
        keep = others != others.T
        others = others[keep].view(count, count - 1)
        q, k, v = (
            layer(tokens).view(batch, count, self.num_heads, -1).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = (q.unsqueeze(-2) * k[:, :, others]).sum(-1) / self.temperature
        few = scores.softmax(dim=-1)
        weights = few.new_zeros(batch, self.num_heads, count, count)
        weights = weights.masked_scatter(keep, few)
        output = self.dropout(weights) @ v
        output = self.out(output.transpose(1, 2).reshape(tokens.shape))
        return (output, weights) if return_weights else output
