"""PyKEEN's pipeline on one graph's own facts: ComplEx, cross-entropy against all entities, Adagrad, inverse triples.

    python3 pykeen_alone.py FOLDER

FOLDER holds what the bench exported: settings.json and facts.safetensors, whose `train` and `valid` are columns of
head, relation and tail. Each validation is one line of JSON on stdout: the epoch, MRR of the tails with known facts left
out and ties at their mean rank, seconds of training until then, and seconds with the validations. The vectors at the end
are left as tables.safetensors, complex numbers as [real parts, imaginary parts], inverse relations behind all relations,
and their validation MRR as kept.json.
"""

import json
import logging
import os
import sys
import time

import torch
from pykeen.evaluation import RankBasedEvaluator
from pykeen.pipeline import pipeline
from pykeen.training import TrainingCallback
from pykeen.triples import CoreTriplesFactory
from safetensors.torch import load_file, save_file

METRIC = "tail.realistic.inverse_harmonic_mean_rank"


class Tails(RankBasedEvaluator):
    """Ranks tails only, as kgmentor's validation does here."""

    def evaluate(self, *args, **kwargs):
        return super().evaluate(*args, **{**kwargs, "targets": ("tail",)})


class Course(TrainingCallback):
    """Tells each validation, with the time that training took."""

    def __init__(self):
        super().__init__()
        self.started = self.resumed = time.perf_counter()
        self.trained = 0.0

    def pre_batch(self, **kwargs):
        """What is between a validation and the next batch is the saving of weights, and no training."""
        if self.resumed is None:
            self.resumed = time.perf_counter()

    def post_epoch(self, epoch, epoch_loss, **kwargs):
        """Called before the stopper validates."""
        self.trained += time.perf_counter() - self.resumed
        self.resumed = None

    def validated(self, stopper, value, epoch):
        """Called by the stopper."""
        seconds = time.perf_counter() - self.started
        told = {"epoch": epoch, "value": value, "trainSeconds": self.trained, "seconds": seconds}
        print(json.dumps(told), flush=True)


def factory_of(rows, settings, inverse):
    return CoreTriplesFactory.create(
        mapped_triples=rows.long(),
        num_entities=settings["entities"],
        num_relations=settings["relations"],
        create_inverse_triples=inverse,
    )


def train(settings, facts):
    valid = factory_of(facts["valid"], settings, False)
    course = Course()
    return pipeline(
        training=factory_of(facts["train"], settings, True),
        validation=valid,
        testing=valid,  # which the pipeline wants; no test fact is here
        model="ComplEx",
        model_kwargs={
            "embedding_dim": settings["dim"] // 2,
            "regularizer": "powersum",
            "regularizer_kwargs": {"weight": settings["n3"], "p": 3, "normalize": False},
        },
        loss="crossentropy",
        optimizer="adagrad",
        optimizer_kwargs={"lr": settings["learningRate"]},
        training_loop="lcwa",
        training_kwargs={
            "num_epochs": settings["epochs"],
            "batch_size": settings["batch"],
            "callbacks": course,
            "use_tqdm": False,
        },
        stopper="early",
        stopper_kwargs={
            "frequency": 1,
            "patience": settings["patience"],
            "relative_delta": 0.0,
            "metric": METRIC,
            "evaluation_batch_size": 512,
            "result_callbacks": [course.validated],
        },
        evaluator=Tails,
        evaluation_kwargs={"batch_size": 512, "use_tqdm": False},
        random_seed=settings["seed"],
        device="cpu",
    )


def tables_of(model):
    """[real parts, imaginary parts] of each row; PyKEEN has each inverse relation right behind its relation."""
    parts = [model.entity_representations[0], model.relation_representations[0]]
    entity, relation = (torch.view_as_real(part(indices=None).detach()).movedim(-1, 1).flatten(1) for part in parts)
    return {"entity": entity.contiguous(), "relation": torch.cat([relation[0::2], relation[1::2]]).contiguous()}


def main():
    (folder,) = sys.argv[1:]
    logging.disable(logging.WARNING)
    with open(os.path.join(folder, "settings.json"), encoding="utf-8") as file:
        settings = json.load(file)
    torch.set_num_threads(settings["threads"])
    result = train(settings, load_file(os.path.join(folder, "facts.safetensors")))
    save_file(tables_of(result.model), os.path.join(folder, "tables.safetensors"))
    with open(os.path.join(folder, "kept.json"), "w", encoding="utf-8") as file:
        json.dump({"mrr": result.get_metric(METRIC)}, file)


if __name__ == "__main__":
    main()
