"""What :mod:`runinfra_ext.integrations.openai` loads once the ``openai`` package is there."""
