"""The steps of kgmentor's trainer, and its filtered ranking, in PyTorch.

    python3 steps.py FOLDER THREADS

FOLDER holds what the bench exported: job.json, weights.safetensors, batches.safetensors, ranking.safetensors. Each line
of stdin asks, {"ask": "train", "steps": 20} or {"ask": "rank", "times": 2}; each answer is one line of JSON.
"""

import json
import os
import sys
import time

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from torch_encoders import ENCODERS
from torch_ranks import Ranking


class Batch:
    """Paths hop by hop, their known answers one after the other, and which query each answers."""

    def __init__(self, tensors):
        self.size, self.hops = tensors["shape"].tolist()
        entity, answer, offset = (tensors[name].long() for name in ("entity", "answer", "offset"))
        count = offset.diff()
        self.asked = torch.repeat_interleave(count)
        self.weight = tensors["answerWeight"]
        self.mass = torch.zeros(len(count)).index_add_(0, self.asked, self.weight)
        self.hidden = (entity < 0)[:, None] if (entity < 0).any() else None
        # In place of a hidden entity some other one's row stands, which is not to be penalised.
        self.shown_mass = self.mass.masked_fill(entity < 0, 0)
        self.positions = len(entity)
        # One look-up serves the paths' entities and the answers.
        self.rows = torch.cat([entity.clamp_min(0), answer])
        self.answer = answer
        self.relation = tensors["relation"].long()


def batches_of(folder):
    grouped = {}
    for name, tensor in load_file(os.path.join(folder, "batches.safetensors")).items():
        number, part = name.split("/")
        grouped.setdefault(int(number), {})[part] = tensor
    return [Batch(grouped[k]) for k in sorted(grouped)]


class Training:
    """A model at its starting values with its optimiser."""

    def __init__(self, settings, start):
        self.settings = settings
        prefix = "weight."
        layers = {k[len(prefix) :]: v.clone() for k, v in start.items() if k.startswith(prefix)}
        self.encoder = ENCODERS[settings["encoder"]](settings, layers)
        self.entity = start["entity"].clone().requires_grad_()
        self.relation = start["relation"].clone().requires_grad_()
        trained = [self.entity, self.relation, *self.encoder.parameters()]
        rate = settings["learningRate"]
        if settings["optimiser"] == "adam":
            self.optimiser = torch.optim.Adam(trained, lr=rate, fused=True)
        else:
            self.optimiser = torch.optim.Adagrad(trained, lr=rate, eps=1e-10, fused=True)

    def loss(self, batch):
        """The cross-entropy of all known answers, each query's against all entities, and the N3 penalty."""
        entity, answer = F.embedding(batch.rows, self.entity).split([batch.positions, len(batch.asked)])
        relation = F.embedding(batch.relation, self.relation)
        query = self.encoder(entity, relation, batch)
        by_distance = self.settings["geometry"] == "l2"
        scores = -torch.cdist(query, self.entity) if by_distance else query @ self.entity.T
        loss = -(batch.weight @ F.log_softmax(scores, 1)[batch.asked, batch.answer])
        n3 = self.settings["n3"]
        if n3 > 0:
            cubes = self.encoder.cubes
            penalty = batch.shown_mass @ cubes(entity) + batch.mass @ cubes(relation)
            penalty = penalty + batch.weight @ cubes(answer)
            loss = loss + n3 * penalty
        return loss

    def step(self, batch):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(batch)
        loss.backward()
        self.optimiser.step()
        return loss.item()


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with open(os.path.join(folder, "job.json")) as file:
        settings = json.load(file)["settings"]
    start = load_file(os.path.join(folder, "weights.safetensors"))
    batches = batches_of(folder)
    ranking = Ranking(load_file(os.path.join(folder, "ranking.safetensors")))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["ask"] == "train":
            training = Training(settings, start)
            before = time.process_time()
            answer = {"losses": [training.step(batches[k % len(batches)]) for k in range(asked["steps"])]}
        else:
            before = time.process_time()
            for _ in range(asked["times"]):
                ranks = ranking.ranks()
            answer = {"ranks": ranks.tolist()}
        answer["cpuMs"] = (time.process_time() - before) * 1000
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
