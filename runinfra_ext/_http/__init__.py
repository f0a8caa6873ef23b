"""The seam to the network and its backends: only this room names HTTP libraries and sockets."""
