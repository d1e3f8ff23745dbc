"""The sections of evidence, one file each; every module here defines ``SECTION``."""
