"""Trains a teacher with PyKEEN on triples that `kgmentor export --joint-triples` wrote.

    python3 pykeen_teacher.py joint.tsv teacher --model ComplEx --dim 64 --epochs 100 --inverse

The folder then holds what `kgmentor import-teacher --from pykeen` takes, tables.safetensors, entity_to_id.tsv.gz and
relation_to_id.tsv.gz, and scores.json: what PyKEEN scores some queries, to compare. Needs pykeen and safetensors.
"""

import argparse
import json
import os
import shutil
import tempfile

import pykeen.models
import torch
from pykeen.training import LCWATrainingLoop
from pykeen.triples import TriplesFactory
from safetensors.torch import save_file

MODELS = {
    "ComplEx": {"numbers": 2, "kwargs": {}},
    "DistMult": {"numbers": 1, "kwargs": {}},
    # PyKEEN's own default is the L1 norm, which kgmentor does not have.
    "TransE": {"numbers": 1, "kwargs": {"scoring_fct_norm": 2}},
    "RotatE": {"numbers": 2, "kwargs": {}},
}
NAME_FILES = ("entity_to_id.tsv.gz", "relation_to_id.tsv.gz")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", help="TSV: head, relation, tail")
    parser.add_argument("folder", help="made where missing")
    parser.add_argument("--model", choices=MODELS, default="ComplEx")
    parser.add_argument("--dim", type=int, default=64, help="numbers an entity vector; a complex one is two")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inverse", action="store_true", help="train inverse relations too")
    return parser.parse_args()


def train(args):
    factory = TriplesFactory.from_path(args.triples, create_inverse_triples=args.inverse)
    kind = MODELS[args.model]
    model = getattr(pykeen.models, args.model)(
        triples_factory=factory,
        embedding_dim=args.dim // kind["numbers"],
        loss="crossentropy",
        random_seed=args.seed,
        **kind["kwargs"],
    )
    loop = LCWATrainingLoop(
        model=model,
        triples_factory=factory,
        optimizer=torch.optim.Adam(model.get_grad_params(), lr=args.learning_rate),
    )
    loop.train(
        triples_factory=factory, num_epochs=args.epochs, batch_size=args.batch, use_tqdm=False
    )
    model.eval()
    return factory, model


def save(factory, model, folder):
    """The final vectors, complex ones as complex numbers, and PyKEEN's own files of names."""
    save_file(
        {
            "entity": model.entity_representations[0](indices=None).detach().contiguous(),
            "relation": model.relation_representations[0](indices=None).detach().contiguous(),
        },
        os.path.join(folder, "tables.safetensors"),
    )
    with tempfile.TemporaryDirectory() as scratch:
        factory.to_path_binary(scratch)
        for name in NAME_FILES:
            shutil.copyfile(os.path.join(scratch, name), os.path.join(folder, name))


def scores(factory, model, args, queries=4):
    """PyKEEN's scores of all entities as tails, and as heads, for a few queries."""
    entity = factory.entity_id_to_label
    relation = factory.relation_id_to_label
    every = factory.num_triples // queries
    asked = factory.mapped_triples[::every][:queries]
    names = [entity[i] for i in range(factory.num_entities)]

    def rounded(values):
        return [float(f"{value:.8g}") for value in values.tolist()]

    return {
        "made": {
            "model": args.model,
            "inverse": args.inverse,
            "epochs": args.epochs,
            "pykeen": pykeen.get_version(),
            "torch": torch.__version__.split("+")[0],
        },
        "entities": names,
        "tails": [
            {"head": entity[h], "relation": relation[r], "scores": rounded(row)}
            for (h, r), row in zip(asked[:, :2].tolist(), model.predict_t(asked[:, :2]))
        ],
        "heads": [
            {"relation": relation[r], "tail": entity[t], "scores": rounded(row)}
            for (r, t), row in zip(asked[:, 1:].tolist(), model.predict_h(asked[:, 1:]))
        ],
    }


def main():
    args = arguments()
    os.makedirs(args.folder, exist_ok=True)
    factory, model = train(args)
    save(factory, model, args.folder)
    with torch.inference_mode(), open(os.path.join(args.folder, "scores.json"), "w", encoding="utf-8") as file:
        json.dump(scores(factory, model, args), file, ensure_ascii=False)
        file.write("\n")
    print(f"{args.folder}: {factory.num_entities} entities, {len(factory.relation_to_id)} relations")


if __name__ == "__main__":
    main()
