"""Writes what PyTorch-BigGraph scores some queries with a checkpoint of one entity type and dynamic relations.

    python3 pbg_scores.py joint.tsv config.py > scores.json

Needs torchbiggraph 1.0.0.
"""

import json
import sys

import torch
from torchbiggraph.checkpoint_manager import CheckpointManager
from torchbiggraph.config import ConfigFileLoader
from torchbiggraph.graph_storages import ENTITY_STORAGES, RELATION_TYPE_STORAGES
from torchbiggraph.model import make_model


def main(triples, config_file, queries=4):
    config = ConfigFileLoader().load_config(config_file)
    checkpoints = CheckpointManager(config.checkpoint_path)
    model = make_model(config)
    model.load_state_dict(checkpoints.read_model()[0], strict=False)
    (kind,) = config.entities
    table, _ = checkpoints.read(kind, 0)
    entities = ENTITY_STORAGES.make_instance(config.entity_path).load_names(kind, 0)
    relations = RELATION_TYPE_STORAGES.make_instance(config.entity_path).load_names()
    with open(triples, encoding="utf-8") as lines:
        facts = [line.rstrip("\n").split("\t") for line in lines]
    none = torch.empty(1, 0, config.dimension)

    def scores(operator, relation, given):
        """The given entity, passed through the operator of its side, against all entities."""
        row = table[entities.index(given)].view(1, -1)
        query = operator(row, torch.tensor([relations.index(relation)]))
        prepare = model.comparator.prepare
        given = prepare(query.view(1, 1, -1)).expand(1, len(entities), -1)
        values, _, _ = model.comparator(given, prepare(table.view(1, *table.shape)), none, none)
        return [float("%.8g" % value) for value in values.flatten().tolist()]

    (left,), (right,) = model.lhs_operators, model.rhs_operators
    asked = facts[:: len(facts) // queries][:queries]
    with torch.no_grad():
        print(
            json.dumps(
                {
                    "made": {"operator": config.relations[0].operator, "torchbiggraph": "1.0.0"},
                    "entities": entities,
                    "tails": [
                        {"head": h, "relation": r, "scores": scores(left, r, h)} for h, r, _ in asked
                    ],
                    "heads": [
                        {"relation": r, "tail": t, "scores": scores(right, r, t)} for _, r, t in asked
                    ],
                }
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
