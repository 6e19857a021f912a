"""kgmentor's encoders in PyTorch: from the rows of a batch's paths to queries, one a relation, hop by hop."""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    """Over real numbers, with its layers' weights; those of kgmentor are [from, to]."""

    def __init__(self, settings, weights):
        super().__init__()
        self.weights = nn.ParameterDict({name: nn.Parameter(value) for name, value in weights.items()})

    def linear(self, x, name):
        return torch.addmm(self.weights[f"{name}Bias"], x, self.weights[name])

    @staticmethod
    def cubes(rows):
        """N3 of each row."""
        return (rows.square() * rows.abs()).sum(1)


def complex_product(x, y):
    """Row by row, of complex numbers written as [re | im]."""
    a, b = x.chunk(2, 1)
    c, d = y.chunk(2, 1)
    return torch.cat([a * c - b * d, a * d + b * c], 1)


class Complex(Encoder):
    def forward(self, entity, relation, batch):
        return complex_product(entity, relation)

    @staticmethod
    def cubes(rows):
        """The sum of the cubes of the complex numbers' sizes."""
        re, im = rows.chunk(2, 1)
        square = re.square() + im.square() + 1e-12
        return (square * square.sqrt()).sum(1)


class DistMult(Encoder):
    def forward(self, entity, relation, batch):
        return entity * relation


class TransE(Encoder):
    def forward(self, entity, relation, batch):
        return entity + relation


class Path(Encoder):
    """Reads the tokens e0, r1, e1, r2 … of a path; all hidden entities share one learned vector."""

    def seen(self, entity, batch):
        hidden = self.weights["hiddenEntity"]
        return entity if batch.hidden is None else torch.where(batch.hidden, hidden, entity)


class Rsn(Path):
    """A recurrent skipping network: an LSTM with its forget gate open at first, and a skip from the subject entity."""

    def __init__(self, settings, weights):
        layers, dim = settings["layers"], settings["dim"]
        super().__init__(settings, {k: v for k, v in weights.items() if not k[-1].isdigit()})
        self.lstm = nn.LSTM(dim, dim, layers)
        with torch.no_grad():
            for i in range(layers):
                getattr(self.lstm, f"weight_ih_l{i}").copy_(weights[f"input{i}"].T)
                getattr(self.lstm, f"weight_hh_l{i}").copy_(weights[f"recurrent{i}"].T)
                getattr(self.lstm, f"bias_ih_l{i}").copy_(weights[f"inputBias{i}"])
                getattr(self.lstm, f"bias_hh_l{i}").copy_(weights[f"recurrentBias{i}"])
                getattr(self.lstm, f"bias_ih_l{i}")[dim : 2 * dim] += 1

    def forward(self, entity, relation, batch):
        size, hops = batch.size, batch.hops
        seen = self.seen(entity, batch)
        tokens = torch.stack([seen.view(hops, size, -1), relation.view(hops, size, -1)], 1).flatten(0, 1)
        states, _ = self.lstm(tokens)  # [tokens, size, dim]
        at_relations = states[1::2].reshape(hops * size, -1)
        return torch.addmm(self.linear(at_relations, "output"), seen, self.weights["skip"])


class Transformer(Path):
    """A causal Transformer, norm first; relation tokens predict the next entity."""

    def __init__(self, settings, weights):
        super().__init__(settings, weights)
        self.layers, self.heads = settings["layers"], settings["heads"]

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}Scale"], self.weights[f"{name}Shift"], 1e-5)

    def forward(self, entity, relation, batch):
        size, hops, dim = batch.size, batch.hops, entity.shape[1]
        tokens = torch.stack([self.seen(entity, batch).view(hops, size, dim), relation.view(hops, size, dim)], 1)
        x = tokens.flatten(0, 1).transpose(0, 1) + self.weights["position"][: 2 * hops]  # [size, tokens, dim]
        x = x.reshape(-1, dim)
        for i in range(self.layers):
            parts = self.linear(self.norm(x, f"attentionNorm{i}"), f"attention{i}")
            parts = parts.view(size, 2 * hops, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(*parts, is_causal=True)  # [size, heads, tokens, width]
            x = x + self.linear(mixed.transpose(1, 2).reshape(-1, dim), f"attended{i}")
            x = x + self.linear(F.relu(self.linear(self.norm(x, f"forwardNorm{i}"), f"wide{i}")), f"narrow{i}")
        at_relations = x.view(size, hops, 2, dim)[:, :, 1].transpose(0, 1).reshape(-1, dim)
        return self.linear(self.norm(at_relations, "outputNorm"), "output")


ENCODERS = {
    "complex": Complex,
    "distmult": DistMult,
    "transe": TransE,
    "rsn": Rsn,
    "transformer": Transformer,
}
