"""Carrying cases out and judging them.

`whole` is the orchestrator: nothing but the package's face imports it.
"""
