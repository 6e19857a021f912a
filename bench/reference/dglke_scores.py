"""Writes what DGL-KE scores some queries with tables that dglke_train saved, to compare.

    DGLBACKEND=pytorch python3 dglke_scores.py joint.tsv ckpts/ComplEx_joint_0 > scores.json

Run it where dglke_train wrote entities.tsv and relations.tsv. Needs dglke 0.1.2.
"""

import json
import os
import sys

import numpy
import torch
from dglke.models.general_models import InferModel


def names(path):
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[1] for line in lines]


def main(triples, folder, queries=4):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    # gamma only moves all scores of a distance by a constant.
    model = InferModel("cpu", config["model"], config["emb_size"], gamma=0.0)
    model.load_emb(folder, config["dataset"])
    entities, relations = names(config["emap_file"]), names(config["rmap_file"])
    with open(triples, encoding="utf-8") as lines:
        facts = [line.rstrip("\n").split("\t") for line in lines]
    everyone = torch.arange(len(entities))

    def scores(head, relation, tail):
        values = model.score(head, torch.tensor([relations.index(relation)]), tail)
        return [float("%.8g" % value) for value in numpy.asarray(values)]

    def one(entity):
        return torch.tensor([entities.index(entity)])

    asked = facts[:: len(facts) // queries][:queries]
    print(
        json.dumps(
            {
                "made": {"model": config["model"], "dglke": "0.1.2"},
                "entities": entities,
                "tails": [
                    {"head": h, "relation": r, "scores": scores(one(h), r, everyone)} for h, r, _ in asked
                ],
                "heads": [
                    {"relation": r, "tail": t, "scores": scores(everyone, r, one(t))} for _, r, t in asked
                ],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
