"""What an operator decides: YAML files and environment in, one frozen ``Settings`` out, or a list of faults.

``source`` reads files and remembers lines, ``service``/``watching``/``telling`` are the models of the files,
``checks`` compares one file with another, ``environment`` lays variables and secrets over them, ``loading``
puts it together, ``shown`` prints it without secrets and writes JSON Schema for editors.
"""

from workers.settings.loading import Settings, load, rules_in
from workers.settings.problems import Problem, SettingsError

__all__ = ["Problem", "Settings", "SettingsError", "load", "rules_in"]
