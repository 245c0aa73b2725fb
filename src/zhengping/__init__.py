"""Zhengping 征评 runs a call for cases (案例征集评选): engine, samples, command line and, with an extra, the site."""

__version__ = "0.1.0"
