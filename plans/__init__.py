"""The command line: one entry point, `plans`, over the stages; and `plans.load` for questions."""

from dataset.load import load as load
