"""Why a backup cannot be made or restored, for whoever typed the command."""

from motcua.local.embedded import EngineError


class BackupError(EngineError):
    """Nothing was changed, or all of it was put back; the text says what to do."""
