# Copied by scripts/codegen.py from overrides/runtime/__init__.py; do not edit.
"""What every generated client shares: models, file uploads, HTTP exchange, errors.

Private to the package that contains it. The public names are re-exported by ``client``,
``errors``, ``types`` and the package itself.
"""
