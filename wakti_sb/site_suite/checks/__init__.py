"""The packaged suite: tests of a WAKTI backend that need its URL and keys and nothing else.

`wakti-sb test` runs it; so does `pytest --pyargs wakti_sb.site_suite.checks --wakti-url …`.
"""
