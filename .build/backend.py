"""Builds as setuptools does; the template of the source distribution is in this folder."""

from setuptools.build_meta import *  # noqa: F403 - the hooks of a build backend
from setuptools.command.egg_info import manifest_maker

manifest_maker.template = ".build/manifest"
