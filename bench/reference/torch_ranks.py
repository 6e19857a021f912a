"""Filtered ranks of ComplEx in PyTorch, ties at their mean rank."""

import torch
from torch.nn import functional as F
from torch_encoders import complex_product

CHUNK = 512


class Ranking:
    def __init__(self, tensors):
        self.entity, self.relation = tensors["entity"], tensors["relation"]
        ids = {name: tensors[f"asked/{name}"].long() for name in ("entity", "relation", "answer")}
        self.asked = ids
        self.offset = tensors["asked/filter.offset"].long()
        self.known = tensors["asked/filter.entity"].long()

    @torch.inference_mode()
    def ranks(self):
        asked = [self.asked[name].split(CHUNK) for name in ("entity", "relation", "answer")]
        return torch.cat([self.chunk(i * CHUNK, *part) for i, part in enumerate(zip(*asked))])

    def chunk(self, start, entity, relation, answer):
        """The rank is 1 + better candidates + half of the ties, the other known answers left out."""
        query = complex_product(F.embedding(entity, self.entity), F.embedding(relation, self.relation))
        scores = query @ self.entity.T  # [queries, entities]
        right = scores.gather(1, answer[:, None])
        offset = self.offset[start : start + len(answer) + 1]
        known = self.known[offset[0] : offset[-1]]
        row = torch.repeat_interleave(offset.diff())
        known_signs = (scores[row, known] - right[row, 0]).sign_()
        twice = scores.sub_(right).sign_().sum(1) + scores.shape[1] + 1
        twice.index_add_(0, row, known_signs + 1, alpha=-1)
        return twice.double() / 2
