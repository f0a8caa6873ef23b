"""What people see and hear on this machine: cells of a notebook, bars, sound devices."""
