"""The insides of :mod:`runinfra_ext.integrations.ray`."""
