from tests.official.fixtures import docker_host, official

__all__ = ["docker_host", "official"]
