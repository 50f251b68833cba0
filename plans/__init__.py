"""The command line: one entry point, `plans`, over the stages."""
