import torch


class MLP:
    def forward(self, tokens):
        hidden = torch.einsum("bnd,hd->bnh", tokens, self.fc1.weight) + self.fc1.bias
        hidden = self.dropout(torch.nn.GELU()(hidden))
        output = torch.einsum("bnh,dh->bnd", hidden, self.fc2.weight) + self.fc2.bias
        return self.dropout(output)
