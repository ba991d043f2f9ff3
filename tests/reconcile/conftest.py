"""Projects of their own for each test, as the tests of the site API have them."""

from tests.site_api.conftest import make_project, project, sound_log

__all__ = ["make_project", "project", "sound_log"]
